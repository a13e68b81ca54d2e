package com.shop.price;

import java.util.List;
import static com.shop.tax.Tax.RATE;

public class Price {}
