package com.app;

import org.lib.Library;

public class C {}
