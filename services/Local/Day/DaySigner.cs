using Doseline.Execution.V1;
using Doseline.Identity.V1;
using Doseline.Local.Day.Files;
using Doseline.Local.Signing;
using Google.Protobuf;
using Grpc.Core;

namespace Doseline.Local.Day;

/// <summary>A person of the day at the moment of signing: name and password first, then the password alone for as long as Identity says it is enough.</summary>
/// <param name="session">Calls in the person's own session.</param>
/// <param name="login">Sign-in name.</param>
/// <param name="password">Password.</param>
/// <param name="input">The day; its recipes say which steps are signed.</param>
/// <param name="clock">The day's clock.</param>
sealed class DaySigner(CallInvoker session, string login, string password, DayInput input, TimeProvider clock)
{
    readonly SigningService.SigningServiceClient signing = new(session);
    DateTimeOffset alone;

    /// <summary>Signs as the caller.</summary>
    public async Task<string?> SignAsync(SignatureWanted wanted)
    {
        if (wanted.Need.WhenAsked && !IsAsked(wanted.Request)) return null;
        var ask = Ask(wanted);
        if (alone > clock.GetUtcNow()) ask.LoginName = "";
        var signed = await signing.SignAsync(ask);
        alone = signed.PasswordOnlyUntilTime?.ToDateTimeOffset() ?? default;
        return signed.Signature;
    }

    /// <summary>Signs as the second person, at the screen of another.</summary>
    /// <param name="screen">Calls in the session of the first person.</param>
    /// <param name="wanted">What is signed.</param>
    public async Task<string?> WitnessAsync(CallInvoker screen, SignatureWanted wanted) => (await new SigningService.SigningServiceClient(screen).SignAsync(Ask(wanted))).Signature;

    SignRequest Ask(SignatureWanted wanted) => new()
    {
        Method = wanted.Method, RequestJson = JsonFormatter.Default.Format(wanted.Request), LoginName = login, Password = password, Zone = input.Zone, SecondPerson = wanted.IsSecond,
    };

    bool IsAsked(IMessage request) => request switch
    {
        CompleteStepRequest step => Steps(step.StepId).Any(s => s.SignatureMeanings.Contains("performed")),
        VerifyStepRequest step => Steps(step.StepId).Any(s => s.SignatureMeanings.Contains("verified")),
        _ => true,
    };

    IEnumerable<RecipeStep> Steps(string id) => input.Recipes.Values.SelectMany(r => r.UnitProcedures).SelectMany(u => u.Operations).SelectMany(o => o.Steps).Where(s => s.Id == id);
}
