@test "good" {
	true
}

@test "crash" {
	kill -SEGV $BASHPID
}
