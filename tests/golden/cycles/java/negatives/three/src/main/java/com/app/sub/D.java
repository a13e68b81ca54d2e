package com.app.sub;


public class D {}
