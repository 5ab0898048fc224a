using Doseline.Execution.V1;
using Doseline.Quality.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Quality.Data;

/// <summary>Between the enums of domain and wire.</summary>
static class Words
{
    /// <summary>A meaning as facts and certificates print it.</summary>
    public static string Of(SignatureMeaning meaning) => meaning switch
    {
        SignatureMeaning.Release => "release",
        SignatureMeaning.Reject => "reject",
        SignatureMeaning.Hold => "hold",
        SignatureMeaning.LiftHold => "lift hold",
        SignatureMeaning.CloseDeviation => "close deviation",
        SignatureMeaning.Approve => "approve",
        SignatureMeaning.ReleaseConditionally => "conditional release",
        SignatureMeaning.Decide => "decide",
        _ => throw new ArgumentOutOfRangeException(nameof(meaning), meaning, "No such meaning."),
    };

    public static string Of(DoseLossCause cause) => cause switch
    {
        DoseLossCause.Expired => "EXPIRED",
        DoseLossCause.Rejected => "REJECTED",
        DoseLossCause.NotMade => "NOT_MADE",
        DoseLossCause.Cancelled => "CANCELLED",
        _ => "UNKNOWN",
    };

    public static SignatureManifest? Signature(string? json) => json is null ? null : SignatureManifest.Parser.ParseJson(json);

    public static Timestamp? Time(DateTimeOffset? instant) => instant is { } known ? Timestamp.FromDateTimeOffset(known) : null;

    public static string Json(IMessage? message) => message is null ? "" : JsonFormatter.Default.Format(message);
}
