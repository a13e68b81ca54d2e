package com.shop.tax;

import com.shop.cart.*;

public class Tax { public static final int RATE = 1; Item item; }
