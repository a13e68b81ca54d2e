import { go } from './dyn.mjs'
