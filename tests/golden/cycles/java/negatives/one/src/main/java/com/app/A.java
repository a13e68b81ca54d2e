package com.app;

import com.util.U;

public class A {}
