import { a } from '@x/a';
import { sub } from '@x/a/sub';
