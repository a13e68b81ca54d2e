echo wrong; exit 1
