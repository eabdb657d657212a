/** Codes of AWS that come with another HTTP status than 400. Sources: SOURCES.md. */
const STATUSES: Readonly<Record<string, number>> = {
  AuthFailure: 401,
  OptInRequired: 401,
  AccessDenied: 403,
  ExpiredToken: 403,
  InvalidClientTokenId: 403,
  MissingAuthenticationToken: 403,
  PendingVerification: 403,
  SignatureDoesNotMatch: 403,
  UnauthorizedOperation: 403,
  DryRunOperation: 412,
  InsufficientAddressCapacity: 500,
  InsufficientCapacity: 500,
  InsufficientHostCapacity: 500,
  InsufficientInstanceCapacity: 500,
  InsufficientReservedInstanceCapacity: 500,
  InsufficientVolumeCapacity: 500,
  InternalError: 500,
  InternalFailure: 500,
  InternalServerError: 500,
  ServiceException: 500,
  RequestLimitExceeded: 503,
  ServiceUnavailable: 503,
  Unavailable: 503,
};

/** An error that AWS answers. A handler throws it, and the stand-in writes it as the service's protocol has it. */
export class AwsFault extends Error {
  override readonly name = "AwsFault";
  /** AWS's code: `InvalidInstanceID.NotFound`. */
  readonly code: string;
  /** The HTTP status. */
  readonly status: number;

  /** @param status default: what AWS documents for the code, 400 for most */
  constructor(code: string, message: string, status: number = STATUSES[code] ?? 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
