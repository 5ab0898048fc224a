using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;

namespace Doseline.Identity.Domain;

/// <summary>Whether somebody is trained.</summary>
public enum TrainingStanding
{
    /// <summary>Trained on the version in force.</summary>
    Trained,

    /// <summary>Never trained on this procedure.</summary>
    Never,

    /// <summary>Trained on an earlier version only.</summary>
    Outdated,

    /// <summary>Trained, but it must be refreshed.</summary>
    Expired,

    /// <summary>Trained, but it was withdrawn.</summary>
    Withdrawn,

    /// <summary>No version of the procedure is in force.</summary>
    NoProcedure,

    /// <summary>Trained, but no witness has confirmed since somebody else gave the password that it is the person who acts.</summary>
    NotConfirmed,
}

/// <summary>A version of a procedure.</summary>
/// <param name="Version">Version, from 1.</param>
/// <param name="Effective">In force from then on (UTC).</param>
public sealed record ProcedureVersion(long Version, DateTimeOffset Effective);

/// <summary>A training of one person on one procedure.</summary>
/// <param name="Version">Version trained on.</param>
/// <param name="Expire">To be refreshed from then on (UTC); null when it need not be.</param>
/// <param name="Withdrawn">True when it was withdrawn.</param>
public sealed record TrainingOn(long Version, DateTimeOffset? Expire, bool Withdrawn);

/// <summary>Whether somebody is trained, and on what.</summary>
/// <param name="Standing">Verdict.</param>
/// <param name="InForce">Version in force; 0 for none.</param>
/// <param name="TrainedOn">Newest version the person was trained on; 0 for none.</param>
public sealed record TrainingVerdict(TrainingStanding Standing, long InForce, long TrainedOn);

/// <summary>Rules of training: it is tied to the version of a procedure, and a new version asks for new training (requirements A212, A237).</summary>
public static class TrainingRules
{
    /// <summary>Whether a person may act under a procedure now.</summary>
    /// <param name="versions">Versions of the procedure.</param>
    /// <param name="trainings">What the person was trained on.</param>
    /// <param name="confirmed">False when somebody else gave the password and no witness has confirmed the person since.</param>
    /// <param name="now">Now (UTC).</param>
    public static TrainingVerdict Check(IReadOnlyList<ProcedureVersion> versions, IReadOnlyList<TrainingOn> trainings, bool confirmed, DateTimeOffset now)
    {
        var inForce = versions.Where(v => v.Effective <= now).Select(v => v.Version).DefaultIfEmpty(0).Max();
        var newest = trainings.Select(t => t.Version).DefaultIfEmpty(0).Max();
        if (inForce == 0) return new(TrainingStanding.NoProcedure, 0, newest);
        // Training ahead on a version that is not yet in force does not stand for the one that is.
        var onIt = trainings.Where(t => t.Version == inForce).ToList();
        var standing =
            onIt.Any(t => !t.Withdrawn && !(t.Expire <= now)) ? confirmed ? TrainingStanding.Trained : TrainingStanding.NotConfirmed
            : onIt.Any(t => !t.Withdrawn) ? TrainingStanding.Expired
            : onIt is not [] ? TrainingStanding.Withdrawn
            : trainings is [] ? TrainingStanding.Never : TrainingStanding.Outdated;
        return new(standing, inForce, newest);
    }

    /// <summary>Accepts the next version of a procedure or says everything that is wrong with it.</summary>
    /// <param name="code">Code.</param>
    /// <param name="version">Version.</param>
    /// <param name="effective">In force from then on (UTC).</param>
    /// <param name="last">Last version there is; null for none.</param>
    /// <param name="now">Now (UTC).</param>
    public static IReadOnlyList<Refusal> Publish(string code, long version, DateTimeOffset effective, ProcedureVersion? last, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        if (code is not { Length: > 0 and <= 64 } || !code.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-'))
            refusals.Add(Refusal.Invalid("code", "CODE_INVALID", "code has 1 to 64 of the characters a-z, 0-9 and '-'.").With("length_max", 64));
        if (version != (last?.Version ?? 0) + 1)
            refusals.Add(Refusal.Invalid("procedure_version", "VERSION_NOT_NEXT", "Versions follow each other without a gap.").With("version_next", (last?.Version ?? 0) + 1));
        if (effective < now)
            refusals.Add(Refusal.Invalid("effective_time", "EFFECTIVE_IN_PAST", "A version is not in force before it is published.").With("now", now));
        if (effective < last?.Effective)
            refusals.Add(Refusal.Invalid("effective_time", "EFFECTIVE_BEFORE_LAST", "A version is not in force before the one it follows.").With("last_effective_time", last.Effective));
        return refusals;
    }

    /// <summary>Accepts a training record or says everything that is wrong with it.</summary>
    /// <param name="personId">Who was trained.</param>
    /// <param name="callerId">Who records it.</param>
    /// <param name="versionExists">True when the version exists.</param>
    /// <param name="trained">When the person was found competent (UTC).</param>
    /// <param name="expire">To be refreshed from then on (UTC); null when it need not be.</param>
    /// <param name="now">Now (UTC).</param>
    public static IReadOnlyList<Refusal> Record(string personId, string callerId, bool versionExists, DateTimeOffset trained, DateTimeOffset? expire, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        if (personId == callerId) refusals.Add(Refusal.Denied($"people/{personId}", "OWN_TRAINING", "Nobody records their own training."));
        if (!versionExists) refusals.Add(Refusal.Invalid("procedure_version", "PROCEDURE_UNKNOWN", "This version of the procedure was not published."));
        refusals.AddRange(new EventSpan(now).Against("train_time", trained));
        if (expire <= trained) refusals.Add(Refusal.Invalid("expire_time", "EXPIRES_BEFORE_TRAINED", "A training does not expire before it is done."));
        return refusals;
    }
}
