package org.api;

import org.launch.Launcher;
import org.launch.External;

public class ApiTest {}
