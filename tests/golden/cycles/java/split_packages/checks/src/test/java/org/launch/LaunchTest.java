package org.launch;

import org.api.Api;
import org.api.*;

public class LaunchTest {}
