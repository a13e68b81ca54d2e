import u = require('~util');
import { x } from '@deep/x';
