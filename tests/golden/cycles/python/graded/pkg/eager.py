from pkg import lazy
