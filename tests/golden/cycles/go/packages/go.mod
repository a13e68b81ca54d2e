module example.com/shop // the shop

go 1.19

require example.com/shop/api v1.0.0
