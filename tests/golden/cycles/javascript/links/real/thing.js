import '../src/a';
