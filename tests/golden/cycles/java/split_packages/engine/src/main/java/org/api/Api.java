package org.api;


public class Api {}
