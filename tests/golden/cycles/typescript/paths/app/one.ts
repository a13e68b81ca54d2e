import { two } from '@/two';
import 'two/none';
