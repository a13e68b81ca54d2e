@test "good" {
	true
}

@test "slow" {
	sleep 60
}
