package org.example;

public class EmptyTest {
}
