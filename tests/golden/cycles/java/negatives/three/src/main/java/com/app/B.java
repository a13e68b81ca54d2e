package com.app;

import com.app.B;
import com.app.C;
import com.app.sub.external.Thing;

public class B {}
