export { createSessions } from './sessions.ts'
export type { CommitOptions, OutsideOptions, Sessions } from './sessions.ts'
export type { ListedSession, SessionOrId, SessionsOf } from './lifecycle/accounts.ts'
export type { ScannedSession, SessionSummary } from './lifecycle/summary.ts'
export type { Revocation } from './lifecycle/listing.ts'
export type { CommitResult } from './lifecycle/result.ts'
export type { OpenOptions } from './lifecycle/open.ts'
export type { SessionEnd, WatchListener, WatchOptions } from './lifecycle/watch.ts'
export { sessionsFromSettings } from './settings/settings.ts'
export type { Settings, SettingsOptions } from './settings/settings.ts'
export type { SettingValue } from './settings/coerce.ts'
export { memoryStore } from './store/memory.ts'
export { encrypt } from './encrypt/encrypt.ts'
export type { EncryptOptions, Encryption } from './encrypt/encrypt.ts'
export { expressSession } from './migrate/express-session.ts'
export type { ExpressSessionOptions, ExpressSessionSecret } from './migrate/express-session.ts'
export type { Migration, OldCookie, OldSession } from './options/migration.ts'
export { crossOriginGuard } from './guard/cross-origin.ts'
export type { CrossOriginGuardOptions, GuardedRequest } from './guard/cross-origin.ts'
export {
  CrossOriginError,
  DataError,
  GoneError,
  LimitError,
  OptionError,
  SessionError,
  StoreError,
  UsageError,
} from './errors.ts'
export type { SessionErrorCode, StoreOperation } from './errors.ts'
export type { RejectReason, SessionEvent, SessionEventMessage } from './events.ts'
export type { ClearSiteData } from './options/clear-site-data.ts'
export type {
  CookieOptions,
  Deserialize,
  MaxPerPrincipal,
  MergeFunction,
  Preset,
  Serialize,
  SerializerContext,
  SessionData,
  SessionOptions,
} from './options/options.ts'
export type { Payload, SessionRecord } from './record/record.ts'
export type {
  Outcome,
  PushFlashOptions,
  ReservedName,
  Session,
  SessionMembers,
  SignInOptions,
} from './session/members.ts'
export type {
  EndAnswer,
  Ending,
  Listing,
  ReadAnswer,
  RemoveAnswer,
  ReplaceAnswer,
  ScanStep,
  Store,
  Subscription,
  Touch,
  TouchAnswer,
} from './store/store.ts'
