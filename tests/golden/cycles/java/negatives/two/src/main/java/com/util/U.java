package com.util;

import com.app.A;

public class U {}
