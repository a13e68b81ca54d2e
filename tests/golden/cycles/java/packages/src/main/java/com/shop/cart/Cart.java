package com.shop.cart;

import com.shop.price.Price;

public class Cart {}
