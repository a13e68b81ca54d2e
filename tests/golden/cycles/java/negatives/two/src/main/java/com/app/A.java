package com.app;


public class A {}
