import lodash from 'lodash';
import x from 'util';
