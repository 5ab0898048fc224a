using Doseline.Identity.V1;
using Doseline.Inventory.V1;
using Doseline.Local.Simulation;
using Doseline.Testing;

namespace Doseline.Identity.Tests;

/// <summary>A platform with two sites, an administrator and the first QA, where people are hired as they are anywhere.</summary>
sealed class Hiring : IAsyncDisposable
{
    Hiring(Front front, SignedIn administrator)
    {
        Front = front;
        Administrator = new(front.With(administrator.AccessToken));
    }

    public Front Front { get; }

    public PeopleService.PeopleServiceClient Administrator { get; }

    public PeopleService.PeopleServiceClient Qa { get; private set; } = null!;

    public SignedIn QaTokens { get; private set; } = null!;

    /// <summary>Opens it.</summary>
    /// <param name="configure">Settings.</param>
    /// <param name="qa">False for an installation that has no QA yet.</param>
    public static async Task<Hiring> OpenAsync(Action<Microsoft.AspNetCore.Builder.WebApplicationBuilder>? configure = null, bool qa = true)
    {
        var front = await Front.OpenAsync(configure);
        Hiring staff = new(front, await front.AdminAsync());
        SitesService.SitesServiceClient sites = new(front.Platform.As("master_data_steward"));
        foreach (var site in new[] { "bos", "lei" })
            await sites.PutSiteAsync(new PutSiteRequest { RequestId = TestPlatform.RequestId(), Site = new Site { SiteId = site, Name = site, Zone = "Europe/Berlin" }, Reason = "opened" });
        if (!qa) return staff;
        // The first QA there ever is needs nobody's approval; every other role that touches the product does.
        staff.QaTokens = await staff.HireAsync("quinn", "qa", "*");
        staff.Qa = new(front.With(staff.QaTokens.AccessToken));
        return staff;
    }

    /// <summary>Lets somebody in, with a role, a password of their own, and a witness.</summary>
    public async Task<SignedIn> HireAsync(string login, string role, string site, bool confirmed = true)
    {
        var joined = await JoinAsync(login);
        var proposed = (await Administrator.ProposeRoleAsync(Role(joined.Person.PersonId, role, site))).Assignment;
        if (proposed.State == AssignmentState.Proposed) await Qa.ApproveRoleAsync(Approve(proposed));
        var tokens = await ChooseAsync(login, joined.OneTimePassword);
        if (confirmed && QaTokens is not null) await ConfirmAsync(joined.Person.PersonId);
        return tokens;
    }

    public async Task<JoinPersonResponse> JoinAsync(string login, string? name = null) =>
        await Administrator.JoinPersonAsync(new JoinPersonRequest { RequestId = TestPlatform.RequestId(), Login = login, Name = name ?? login.Trim().ToUpperInvariant(), Reason = "passport seen" });

    public async Task<SignedIn> ChooseAsync(string login, string oneTime, string? own = null)
    {
        using var browser = Front.Browser();
        return await browser.SignInAsync(login, oneTime, own ?? Own(login));
    }

    /// <summary>QA signs that a person is herself.</summary>
    public async Task ConfirmAsync(string personId)
    {
        ConfirmPersonRequest request = new() { RequestId = TestPlatform.RequestId(), PersonId = personId, Version = (await PersonAsync(personId)).Version, Reason = "chose it before my eyes" };
        request.Signature = await SignAsync(QaTokens, "quinn", "/doseline.identity.v1.PeopleService/ConfirmPerson", Google.Protobuf.JsonFormatter.Default.Format(request));
        await Qa.ConfirmPersonAsync(request);
    }

    public async Task<Person> PersonAsync(string personId) => (await Administrator.GetPersonAsync(new GetPersonRequest { PersonId = personId })).Person;

    /// <summary>Signs as a person does, in a session of theirs.</summary>
    public async Task<string> SignAsync(SignedIn tokens, string login, string method = "/doseline.quality.v1.DispositionService/ReleaseDoses", string json = "{}", string? password = null) =>
        (await new SigningService.SigningServiceClient(Front.With(tokens.AccessToken)).SignAsync(new SignRequest
        {
            Method = method, RequestJson = json, LoginName = login, Password = password ?? Own(login), Zone = "Europe/Berlin",
        })).Signature;

    public static string Own(string login) => $"tall {login.Length} maple bridge";

    public static ProposeRoleRequest Role(string holder, string role, string site) => new() { RequestId = TestPlatform.RequestId(), HolderId = holder, Role = role, SiteId = site, Reason = "hired" };

    public static ApproveRoleRequest Approve(RoleAssignment role) => new() { RequestId = TestPlatform.RequestId(), AssignmentId = role.AssignmentId, Version = role.Version, Reason = "agreed" };

    public ValueTask DisposeAsync() => Front.DisposeAsync();
}
