using System.Globalization;

namespace Doseline.Kernel.Rules;

/// <summary>Why a rule said no: an expected outcome with a stable code, not a fault.</summary>
/// <param name="Kind">Whether the input, the state of the world, or the caller's rights were at fault.</param>
/// <param name="Code">Stable UPPER_SNAKE_CASE code of at most 63 characters, for example <c>CALIBRATION_IN_PAST</c>.</param>
/// <param name="Subject">What was refused: a proto field path, or a resource such as <c>doses/01k…</c>.</param>
/// <param name="Message">One English sentence for the person who must act on it.</param>
public sealed record Refusal(RefusalKind Kind, string Code, string Subject, string Message)
{
    /// <summary>Every number and name the message mentions, and the nearest alternative where one exists, for machines.</summary>
    public IReadOnlyDictionary<string, string> Numbers { get; private init; } = NoNumbers;

    static readonly IReadOnlyDictionary<string, string> NoNumbers = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The request itself is malformed; repeating it unchanged cannot succeed.</summary>
    public static Refusal Invalid(string field, string code, string message) => new(RefusalKind.Invalid, code, field, message);

    /// <summary>The request is well formed, but the state of the system forbids it now.</summary>
    public static Refusal State(string resource, string code, string message) => new(RefusalKind.State, code, resource, message);

    /// <summary>The thing asked for does not exist, or not for this caller.</summary>
    public static Refusal Missing(string resource, string code, string message) => new(RefusalKind.Missing, code, resource, message);

    /// <summary>The caller acted on an old version.</summary>
    public static Refusal Stale(string resource, long expected, long actual) =>
        new Refusal(RefusalKind.Stale, "VERSION_STALE", resource, $"Version {expected} was read, but {resource} is now at version {actual}.")
            .With("expected_version", expected).With("actual_version", actual);

    /// <summary>The caller may not do this.</summary>
    public static Refusal Denied(string resource, string code, string message) => new(RefusalKind.Denied, code, resource, message);

    /// <summary>Something this decision depends on cannot be asked now; a later try may succeed.</summary>
    public static Refusal Unavailable(string resource, string code, string message) => new(RefusalKind.Unavailable, code, resource, message);

    /// <summary>Adds a number or name to <see cref="Numbers"/>; instants become RFC 3339, numbers keep full precision.</summary>
    /// <param name="key">lower_snake key that ends in its unit, for example <c>limit_bq</c>.</param>
    /// <param name="value">Value; null adds nothing.</param>
    public Refusal With(string key, object? value) => value is null ? this : this with
    {
        Numbers = new Dictionary<string, string>(Numbers, StringComparer.Ordinal) { [key] = Text(value) },
    };

    static string Text(object value) => value switch
    {
        DateTimeOffset instant => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}

/// <summary>The class of a <see cref="Refusal"/>; fixes the gRPC status.</summary>
public enum RefusalKind
{
    /// <summary>INVALID_ARGUMENT with BadRequest details.</summary>
    Invalid,

    /// <summary>FAILED_PRECONDITION with PreconditionFailure details.</summary>
    State,

    /// <summary>NOT_FOUND with ResourceInfo details.</summary>
    Missing,

    /// <summary>ABORTED: the caller's version is stale; read again and decide again.</summary>
    Stale,

    /// <summary>PERMISSION_DENIED.</summary>
    Denied,

    /// <summary>UNAUTHENTICATED: no valid token.</summary>
    Unauthenticated,

    /// <summary>RESOURCE_EXHAUSTED with RetryInfo.</summary>
    Overload,

    /// <summary>UNAVAILABLE with RetryInfo: a dependency does not answer.</summary>
    Unavailable,
}
