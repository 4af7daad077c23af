// The shapes that the pages read (model.ts) must be what the gateway says of itself (types.ts, made from its OpenAPI
// document). Where they part, this file does not compile.
import type * as mine from './model';
import type * as wire from './types';

type Fits<Wire extends Mine, Mine> = Wire & Mine;

export type Agreement = [
  Fits<wire.Status, mine.Status>,
  Fits<wire.Account, mine.Account>,
  Fits<wire.AccountTest, mine.TestResult>,
  Fits<mine.AccountForm, wire.AccountForm>,
  Fits<wire.Route, mine.Rule>,
  Fits<wire.Keys, mine.Keys>,
  Fits<wire.NewKey, mine.ClientKey>,
  Fits<mine.KeyChange, wire.KeyLimits>,
  Fits<wire.Request, mine.RequestRow>,
  Fits<wire.Trace, mine.Trace>,
  Fits<wire.Stat, mine.Stat>,
  Fits<wire.Setting, mine.Setting>,
  Fits<wire.Provider, mine.Provider>,
  Fits<wire.Client, mine.ClientGuide>,
];
