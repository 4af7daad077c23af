import { createContext, useContext } from 'react';

// Whether this page may change something: a sign-in may be for looking only. The gateway holds it to that; here what it
// would refuse is not offered.
export const Managing = createContext(true);
export const useManaging = () => useContext(Managing);
