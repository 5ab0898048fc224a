using System.Collections.Concurrent;
using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Hosting;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Platform.Auth;

/// <summary>
/// Refuses a person who is not trained on the procedure that a method names, at the moment of acting and not at sign-in (requirement A237).
/// Identity is asked; a yes is kept for half a minute, a no is not kept at all. While Identity cannot be asked, a yes that is younger than a
/// quarter of an hour still counts, so that its restart does not stop a synthesis; then the answer is no.
/// </summary>
public sealed class TrainingGate(HostCalls host, TimeProvider clock)
{
    const int CacheMax = 10_000;
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Stale = TimeSpan.FromMinutes(15);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<(string Subject, string Procedure), DateTimeOffset> trained = new();

    /// <summary>Passes whoever may act under the procedure now.</summary>
    /// <param name="caller">Who acts.</param>
    /// <param name="procedure">Code of the procedure; empty for none.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="RefusedException">TRAINING_NEEDED, or TRAINING_UNKNOWN when Identity cannot be asked.</exception>
    public async ValueTask RequireAsync(Caller caller, string procedure, CancellationToken cancel)
    {
        if (procedure is "" || caller.IsDevelopment || caller.IsPartner || caller.Is(Roles.Service)) return;
        var now = clock.GetUtcNow();
        var known = trained.TryGetValue((caller.Subject, procedure), out var asked);
        if (known && asked + Fresh > now) return;

        CheckTrainingResponse answer;
        try
        {
            answer = await AskAsync(caller.Subject, procedure, cancel);
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            if (known && asked + Stale > now) return;
            throw new RefusedException(Refusal.Unavailable("services/identity", "TRAINING_UNKNOWN", $"Whether {caller.Name} is trained on {procedure} cannot be found out now ({fault.StatusCode}).").With("procedure", procedure));
        }

        if (answer.Verdict is TrainingVerdict.Trained)
        {
            if (trained.Count >= CacheMax) trained.Clear();
            trained[(caller.Subject, procedure)] = now;
            return;
        }

        trained.TryRemove((caller.Subject, procedure), out _);
        throw new RefusedException(Refusal.Denied($"procedures/{procedure}", "TRAINING_NEEDED", $"{caller.Name} may not do this: {Because(answer)}")
            .With("procedure", procedure).With("verdict", answer.Verdict).With("procedure_version", answer.ProcedureVersion).With("trained_version", answer.TrainedVersion));
    }

    static string Because(CheckTrainingResponse answer) => answer.Verdict switch
    {
        TrainingVerdict.NoProcedure => "no version of the procedure is in force.",
        TrainingVerdict.Outdated => $"trained on version {answer.TrainedVersion}, but version {answer.ProcedureVersion} is in force.",
        TrainingVerdict.Expired => $"the training on version {answer.ProcedureVersion} must be refreshed.",
        TrainingVerdict.Withdrawn => $"the training on version {answer.ProcedureVersion} was withdrawn.",
        _ => $"not trained on version {answer.ProcedureVersion}.",
    };

    async Task<CheckTrainingResponse> AskAsync(string subject, string procedure, CancellationToken cancel)
    {
        const string identity = "identity";
        return await new TrainingService.TrainingServiceClient(host.InvokerOf(identity))
            .CheckTrainingAsync(new CheckTrainingRequest { Subject = subject, Code = procedure }, null, WallClock.UtcNow.UtcDateTime + Patience, cancel);
    }
}
