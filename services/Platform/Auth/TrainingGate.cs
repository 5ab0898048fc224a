using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Hosting;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Grpc.Core;

namespace Doseline.Platform.Auth;

/// <summary>
/// Refuses a person who is not trained on the procedure that a method names, at the moment of acting and not at sign-in (requirement A237), and whoever signs with
/// her alike. Identity is asked every time and no answer is kept, so that a training which is withdrawn, runs out or is overtaken by a new version opens nothing
/// any more. While Identity cannot be asked the answer is no: nothing that is signed goes on without it either.
/// </summary>
public sealed class TrainingGate(HostCalls host)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Passes whoever may act under the procedure now.</summary>
    /// <param name="caller">Who acts.</param>
    /// <param name="procedure">Code of the procedure; empty for none.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="RefusedException">TRAINING_NEEDED, PERSON_NOT_CONFIRMED, or TRAINING_UNKNOWN when Identity cannot be asked.</exception>
    public ValueTask RequireAsync(Caller caller, string procedure, CancellationToken cancel) => RequireAllAsync(caller, [procedure], cancel);

    /// <summary>Passes whoever may act now under each of some procedures: those that a step or a piece of equipment names, beside the method's (requirement A139).</summary>
    /// <param name="caller">Who acts.</param>
    /// <param name="procedures">Codes; an empty one asks for nothing.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="RefusedException">As <see cref="RequireAsync"/>, for each procedure.</exception>
    public async ValueTask RequireAllAsync(Caller caller, IEnumerable<string> procedures, CancellationToken cancel)
    {
        if (IsExempt(caller)) return;
        List<Refusal> refusals = [];
        foreach (var procedure in procedures.Where(code => code is not "").Distinct(StringComparer.Ordinal))
            if (await AgainstAsync(caller.Subject, caller.Name, procedure, cancel) is { } refusal) refusals.Add(refusal);
        refusals.ThrowIfAny();
    }

    /// <summary>Passes what was signed when everybody who signed it with the caller may act under the procedure now.</summary>
    /// <param name="caller">Who acts, and was asked before.</param>
    /// <param name="signatures">What came with the call.</param>
    /// <param name="procedure">Code of the procedure; empty for none.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="RefusedException">As <see cref="RequireAsync"/>, for each who signed.</exception>
    public async ValueTask RequireSignersAsync(Caller caller, IEnumerable<GivenSignature> signatures, string procedure, CancellationToken cancel)
    {
        if (procedure is "" || IsExempt(caller)) return;
        List<Refusal> refusals = [];
        foreach (var claims in signatures.Select(given => given.Claims).Where(claims => claims.SignerId != caller.Subject).DistinctBy(claims => claims.SignerId, StringComparer.Ordinal))
        {
            if (await AgainstAsync(claims.SignerId, claims.SignerName, procedure, cancel) is { } refusal) refusals.Add(refusal);
        }

        refusals.ThrowIfAny();
    }

    static bool IsExempt(Caller caller) => caller.IsDevelopment || caller.IsPartner || caller.Is(Roles.Service);

    async Task<Refusal?> AgainstAsync(string subject, string name, string procedure, CancellationToken cancel)
    {
        try
        {
            var answer = await AskAsync(subject, procedure, cancel);
            if (answer.Verdict is TrainingVerdict.NotConfirmed)
                return Refusal.Denied($"people/{subject}", "PERSON_NOT_CONFIRMED", $"Somebody else gave {name} the password; before {name} acts, somebody who knows the person signs that it is her (ConfirmPerson).").With("person_id", subject);
            return answer.Verdict is TrainingVerdict.Trained ? null : Refusal.Denied($"procedures/{procedure}", "TRAINING_NEEDED", $"{name} may not do this: {Because(answer)}")
                .With("procedure", procedure).With("verdict", answer.Verdict).With("procedure_version", answer.ProcedureVersion).With("trained_version", answer.TrainedVersion).With("person_id", subject);
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            return Refusal.Unavailable("services/identity", "TRAINING_UNKNOWN", $"Whether {name} is trained on {procedure} cannot be found out now ({fault.StatusCode}).").With("procedure", procedure);
        }
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
