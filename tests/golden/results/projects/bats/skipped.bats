@test "good" {
	true
}

@test "left out" {
	skip "no network"
}
