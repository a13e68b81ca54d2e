package com.util;


public class U {}
