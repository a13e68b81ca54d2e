#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A plug-in of seaworthy: is there room for a release where the project lies? The setting
# `need_mib` says how much; without it 100 MiB. Standard input is not needed for more.
set -eu
request=$(cat)
need=$(printf '%s\n' "$request" | sed -n 's/.*"need_mib":\([0-9]*\).*/\1/p')
need=${need:-100}

echo '{"type":"hello","protocol":1,"name":"disk","version":"1.0"}'
free=$(df -Pm "$SEAWORTHY_ROOT" | awk 'NR == 2 { print $4 }')
if [ "$free" -ge "$need" ]; then
	state=pass
else
	state=fail
fi
printf '{"type":"result","state":"%s","measured":%s,"unit":"MiB","message":"%s MiB are free, %s are needed"}\n' \
	"$state" "$free" "$free" "$need"
