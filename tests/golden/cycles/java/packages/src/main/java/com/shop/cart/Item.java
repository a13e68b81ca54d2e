/* import com.shop.none.X; */
package com.shop.cart;

public class Item { Cart cart; String s = "import com.shop.price.Price;"; }
