@test "plain" {
	true
}

@test "talks & <quotes>" {
	echo "not ok 9 nothing"
}
