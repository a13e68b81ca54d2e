import React from 'react';
import me from './index';
