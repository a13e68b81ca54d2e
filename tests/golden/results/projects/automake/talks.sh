echo "FAIL: nothing.sh"
