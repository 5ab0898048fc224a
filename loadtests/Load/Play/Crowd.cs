using Doseline.Execution.V1;
using Doseline.Identity.V1;
using Doseline.Load.Report;
using Doseline.Local.Simulation;
using Doseline.Platform.Auth;
using Google.Protobuf;

namespace Doseline.Load.Play;

/// <summary>People who sign in with a password and sign with it, as at the change of a shift: each in a browser of their own, by authorization code and PKCE.</summary>
sealed class Crowd(People people, string tag, Uri web)
{
    // More than sign at one time, for nobody gives two passwords at once.
    const int Size = 20;
    const string Reason = "load test";

    readonly List<Member> members = [];

    /// <summary>They join, get a role and choose their passwords.</summary>
    public async Task JoinAsync(CancellationToken cancel)
    {
        PeopleService.PeopleServiceClient administrator = new(people.As("administrator")), quality = new(people.As("qa"));
        for (var i = 0; i < Size; i++)
        {
            var (login, password) = ($"load.{tag}.{i}", $"copper lantern no. {100 + i}");
            var joined = await administrator.JoinPersonAsync(new JoinPersonRequest { RequestId = Id("join", i), Login = login, Name = $"Load {tag} {i}", Reason = Reason }, cancellationToken: cancel);
            var proposed = (await administrator.ProposeRoleAsync(new ProposeRoleRequest { RequestId = Id("role", i), HolderId = joined.Person.PersonId, Role = "qa", SiteId = Caller.AllSites, Reason = Reason }, cancellationToken: cancel)).Assignment;
            if (proposed.State is AssignmentState.Proposed)
                await quality.ApproveRoleAsync(new ApproveRoleRequest { RequestId = Id("approve", i), AssignmentId = proposed.AssignmentId, Version = proposed.Version, Reason = Reason }, cancellationToken: cancel);
            using SignInClient browser = new(web);
            var tokens = await browser.SignInAsync(login, joined.OneTimePassword, password, cancel);
            members.Add(new Member(login, password) { Signing = SigningWith(tokens.AccessToken) });
        }
    }

    /// <summary>One signs in: the page, the password, the tokens.</summary>
    public async Task<string> SignInAsync(int number)
    {
        var member = members[number % members.Count];
        using SignInClient browser = new(web);
        try
        {
            member.Signing = SigningWith((await browser.SignInAsync(member.Login, member.Password)).AccessToken);
            return PhaseResult.Ok;
        }
        catch (Exception fault) when (fault is SignInException or HttpRequestException or TaskCanceledException)
        {
            return fault.Message;
        }
    }

    /// <summary>One signs a release, with both components, in the session of the last sign-in: a token ends after minutes.</summary>
    public async Task<string> SignAsync(int number)
    {
        var member = members[number % members.Count];
        ApproveRecipeRequest what = new() { RequestId = Id("sign", number), Code = $"{tag}-0", Version = 1, Reason = Reason };
        return await PeakDay.OutcomeAsync(async deadline => await member.Signing.SignAsync(new SignRequest
        {
            Method = "/doseline.execution.v1.RecipesService/ApproveRecipe", RequestJson = JsonFormatter.Default.Format(what), LoginName = member.Login, Password = member.Password, Zone = "UTC",
        }, deadline: deadline));
    }

    SigningService.SigningServiceClient SigningWith(string token) => new(people.With(token));

    string Id(string what, int i) => $"{tag}-{what}-{i}";

    sealed record Member(string Login, string Password)
    {
        public required SigningService.SigningServiceClient Signing { get; set; }
    }
}
