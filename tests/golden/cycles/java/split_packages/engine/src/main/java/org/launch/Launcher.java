package org.launch;

import org.api.Api;

public class Launcher {}
