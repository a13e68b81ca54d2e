// import '../none';
const s = "import x from '../a'";
import React from 'react';
export { a as default } from '../a.js'
