@test "good" {
	true
}

@test "bad" {
	echo "wrong <here>"
	false
}
