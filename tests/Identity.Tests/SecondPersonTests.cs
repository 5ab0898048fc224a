using Doseline.Identity.Data;
using Doseline.Identity.Passwords;
using Doseline.Identity.V1;
using Doseline.Local.Simulation;
using Doseline.Platform.Auth;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static Doseline.Identity.Tests.Hiring;

namespace Doseline.Identity.Tests;

/// <summary>One administrator is never quality, and nobody is somebody else.</summary>
public sealed class SecondPersonTests : IAsyncLifetime
{
    const string Release = "/doseline.quality.v1.DispositionService/ReleaseDoses";

    Hiring staff = null!;

    public async Task InitializeAsync() => staff = await Hiring.OpenAsync();

    public async Task DisposeAsync() => await staff.DisposeAsync();

    [Fact]
    [Requirement("A068", "P09")]
    [Clause("21 CFR 11.200(a)(3)", "21 CFR 11.300(b)")]
    public async Task The_administrator_who_resets_a_password_does_not_sign_with_it()
    {
        var lena = Id(await staff.HireAsync("lena", "qa", "bos"));
        var reset = await staff.Administrator.ResetPasswordAsync(new ResetPasswordRequest { RequestId = TestPlatform.RequestId(), PersonId = lena, Reason = "forgotten" });
        reset.Change.State.ShouldBe(AssignmentState.Proposed);
        await Should.ThrowAsync<SignInException>(() => staff.ChooseAsync("lena", reset.OneTimePassword));
        // What was proposed changes nothing: the old password goes on, and the change is there to be decided on.
        using var browser = staff.Front.Browser();
        await browser.SignInAsync("lena", Own("lena"));
        var change = (await staff.PersonAsync(lena)).Changes.Single();

        var approved = await staff.Qa.ApprovePersonChangeAsync(new ApprovePersonChangeRequest { RequestId = TestPlatform.RequestId(), ChangeId = change.ChangeId, Version = change.Version, Reason = "she called" });
        await Should.ThrowAsync<SignInException>(() => staff.ChooseAsync("lena", approved.OneTimePassword));
        (reset.OneTimePassword + approved.OneTimePassword).Length.ShouldBe(19);
        var stolen = await staff.ChooseAsync("lena", reset.OneTimePassword + approved.OneTimePassword, "both of them took it");
        (await TestPlatform.RefusalsAsync(() => staff.SignAsync(stolen, "lena", password: "both of them took it"))).Single().Code.ShouldBe("PERSON_NOT_CONFIRMED");
        await staff.ConfirmAsync(lena);
        (await staff.SignAsync(stolen, "lena", password: "both of them took it")).ShouldNotBeEmpty();
    }

    [Fact]
    [Requirement("A068")]
    public async Task A_change_is_decided_by_another_quality_than_its_proposer_and_its_person_and_of_the_persons_sites()
    {
        var lena = await staff.HireAsync("lena", "qa", "bos");
        var leo = await staff.HireAsync("leo", "qa", "lei");
        var reset = await staff.Administrator.ResetPasswordAsync(new ResetPasswordRequest { RequestId = TestPlatform.RequestId(), PersonId = Id(lena), Reason = "forgotten" });
        (await DecideAsync(leo)).ShouldBe("SITE_NOT_ALLOWED");
        (await DecideAsync(lena)).ShouldBe("OWN_RECORD");
        await staff.Qa.RefusePersonChangeAsync(new RefusePersonChangeRequest { RequestId = TestPlatform.RequestId(), ChangeId = reset.Change.ChangeId, Version = 1, Reason = "she has it" });
        (await staff.PersonAsync(Id(lena))).Changes.ShouldBeEmpty();

        async Task<string> DecideAsync(SignedIn by) => (await TestPlatform.RefusalsAsync(() => new PeopleService.PeopleServiceClient(staff.Front.With(by.AccessToken))
            .ApprovePersonChangeAsync(new ApprovePersonChangeRequest { RequestId = TestPlatform.RequestId(), ChangeId = reset.Change.ChangeId, Version = 1, Reason = "agreed" }).ResponseAsync)).Single().Code;
    }

    [Fact]
    [Requirement("A068", "P09")]
    public async Task Whoever_was_given_a_password_signs_nothing_before_a_witness_has_signed()
    {
        var nina = await staff.HireAsync("nina", "qa", "bos", confirmed: false);
        (await TestPlatform.RefusalsAsync(() => staff.SignAsync(nina, "nina"))).Single().Code.ShouldBe("PERSON_NOT_CONFIRMED");
        var oscar = await staff.HireAsync("oscar", "operator", "bos", confirmed: false);
        ConfirmPersonRequest request = new() { RequestId = TestPlatform.RequestId(), PersonId = Id(nina), Version = (await staff.PersonAsync(Id(nina))).Version, Reason = "seen" };
        // Neither the administrator, nor who is not confirmed, nor the person herself.
        (await TestPlatform.RefusalsAsync(() => staff.Administrator.ConfirmPersonAsync(request).ResponseAsync)).Single().Code.ShouldBe("ROLE_NOT_ALLOWED");
        (await TestPlatform.RefusalsAsync(() => staff.SignAsync(oscar, "oscar", "/doseline.identity.v1.PeopleService/ConfirmPerson"))).Single().Code.ShouldBe("PERSON_NOT_CONFIRMED");
        (await TestPlatform.RefusalsAsync(() => staff.Qa.ConfirmPersonAsync(request).ResponseAsync)).Single().Code.ShouldBe("SIGNATURE_REQUIRED");
        await staff.ConfirmAsync(Id(nina));
        (await staff.SignAsync(nina, "nina")).ShouldNotBeEmpty();
    }

    [Fact]
    [Requirement("A209", "P09")]
    public async Task Only_the_first_quality_of_the_installation_needs_no_approval_whatever_site_is_named()
    {
        var puppet = (await staff.JoinAsync("puppet")).Person.PersonId;
        foreach (var site in new[] { "*", "bos", "lei" })
            (await staff.Administrator.ProposeRoleAsync(Role(puppet, "qa", site))).Assignment.State.ShouldBe(AssignmentState.Proposed, site);
        (await TestPlatform.RefusalsAsync(() => staff.Administrator.ProposeRoleAsync(Role(puppet, "qa", "made-up-site")).ResponseAsync)).Single().Code.ShouldBe("SITE_UNKNOWN");
        // Nor does it come back when the last one is taken away, which nobody does.
        var quinn = (await staff.PersonAsync(Id(staff.QaTokens))).Roles.Single();
        (await TestPlatform.RefusalsAsync(() => staff.Administrator.RemoveRoleAsync(new RemoveRoleRequest { RequestId = TestPlatform.RequestId(), AssignmentId = quinn.AssignmentId, Version = quinn.Version, Reason = "mine now" }).ResponseAsync)).Single().Code.ShouldBe("LAST_OF_ROLE");
    }

    [Fact]
    [Requirement("A068")]
    [Clause("21 CFR 11.100(a)")]
    public async Task A_name_is_one_persons_for_ever_and_another_one_takes_two()
    {
        var lena = Id(await staff.HireAsync("lena", "qa", "bos"));
        (await TestPlatform.RefusalsAsync(() => staff.JoinAsync("twin", " lena  ".ToUpperInvariant()))).Single().Code.ShouldBe("NAME_TAKEN");
        (await TestPlatform.RefusalsAsync(() => staff.JoinAsync("twin", "L\u0435na"))).Single().Code.ShouldBe("NAME_DISGUISED");
        (await TestPlatform.RefusalsAsync(() => staff.JoinAsync("twin", "quality service"))).Single().Code.ShouldBe("NAME_RESERVED");
        var signature = await staff.SignAsync(staff.QaTokens, "quinn");

        var proposed = await ChangeAsync(Id(staff.QaTokens), "Quinn Married", "");
        (proposed.Person.Name, proposed.Change.Name).ShouldBe(("QUINN", "Quinn Married"));
        var by = new PeopleService.PeopleServiceClient(staff.Front.With((await staff.HireAsync("olga", "qa", "*")).AccessToken));
        (await by.ApprovePersonChangeAsync(new ApprovePersonChangeRequest { RequestId = TestPlatform.RequestId(), ChangeId = proposed.Change.ChangeId, Version = 1, Reason = "certificate seen" })).Person.Name.ShouldBe("Quinn Married");
        // The old name stays hers, and stays under what she signed.
        (await TestPlatform.RefusalsAsync(() => staff.JoinAsync("heir", "Quinn"))).Single().Code.ShouldBe("NAME_TAKEN");
        new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(signature).GetPayloadValue<string>("name").ShouldBe("QUINN");
        await using var scope = staff.Front.Platform.Host.Services.CreateAsyncScope();
        (await scope.ServiceProvider.GetRequiredService<IdentityDb>().Signings.Where(s => s.Method == Release).Select(s => s.SignerName).Distinct().ToListAsync()).ShouldBe(["QUINN"]);
        lena.ShouldNotBeEmpty();
    }

    [Fact]
    [Requirement("A068")]
    public async Task A_subject_is_nobody_elses()
    {
        var lena = Id(await staff.HireAsync("lena", "qa", "bos"));
        var puppet = (await staff.JoinAsync("puppet")).Person;
        foreach (var subject in new[] { lena, Id(staff.QaTokens) })
            (await TestPlatform.RefusalsAsync(() => ChangeAsync(puppet.PersonId, "PUPPET", subject))).Single().Code.ShouldBe("SUBJECT_TAKEN");
        (await TestPlatform.RefusalsAsync(() => ChangeAsync(puppet.PersonId, "PUPPET", "service:quality"))).Single().Code.ShouldBe("SUBJECT_OF_NO_ISSUER");
    }

    [Fact]
    [Requirement("A068", "A204")]
    public async Task Who_is_quality_here_and_operator_there_signs_as_quality_here_alone_at_her_own_screen_too()
    {
        const string method = "/doseline.quality.v1.OutageReleaseService/AuthoriseOutageRelease";
        await staff.HireAsync("dora", "qa", "bos");
        var dora = (await staff.Administrator.ListPeopleAsync(new ListPeopleRequest { NameContains = "DORA" })).People.Single().PersonId;
        await staff.Qa.ApproveRoleAsync(Approve((await staff.Administrator.ProposeRoleAsync(Role(dora, "operator", "lei"))).Assignment));
        using var browser = staff.Front.Browser();
        var tokens = await browser.SignInAsync("dora", Own("dora"));
        var caller = await staff.Front.Service<ITokenReader>().ReadAsync(tokens.AccessToken);
        caller!.Rights.Select(r => r.ToString()).ShouldBe(["operator@lei", "qa@bos"], ignoreOrder: true);
        new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(tokens.AccessToken).Claims.ShouldNotContain(c => c.Type == "role" || c.Type == "site");
        // At her own screen, and at another's.
        foreach (var screen in new[] { tokens, staff.QaTokens })
        {
            var signed = (await new SigningService.SigningServiceClient(staff.Front.With(screen.AccessToken)).SignAsync(new SignRequest
            {
                Method = method, RequestJson = "{}", LoginName = "dora", Password = Own("dora"), Zone = "Europe/Berlin", SecondPerson = true,
            })).Signature;
            new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(signed).Claims.Where(c => c.Type == "grant").Select(c => c.Value).ShouldBe(["qa@bos"]);
        }
    }

    [Fact]
    [Requirement("A068")]
    public async Task A_lock_reaches_no_further_than_the_rights_of_who_locks()
    {
        var leo = new PeopleService.PeopleServiceClient(staff.Front.With((await staff.HireAsync("leo", "qa", "lei")).AccessToken));
        var administrator = (await staff.Administrator.GetMeAsync(new GetMeRequest())).Person.PersonId;
        var olive = Id(await staff.HireAsync("olive", "operator", "bos"));
        var otto = Id(await staff.HireAsync("otto", "operator", "lei"));
        (await RefusedAsync(leo, administrator)).ShouldBe(["RANK_TOO_LOW", "SITE_NOT_ALLOWED", "LAST_OF_ROLE"]);
        (await RefusedAsync(staff.Qa, administrator)).ShouldBe(["RANK_TOO_LOW", "LAST_OF_ROLE"]);
        (await RefusedAsync(leo, olive)).ShouldBe(["SITE_NOT_ALLOWED"]);
        (await leo.LockPersonAsync(Lock(otto))).Person.Locked.ShouldBeTrue();

        async Task<string[]> RefusedAsync(PeopleService.PeopleServiceClient by, string person) => [.. (await TestPlatform.RefusalsAsync(() => by.LockPersonAsync(Lock(person)).ResponseAsync)).Select(r => r.Code)];
    }

    static LockPersonRequest Lock(string person) => new() { RequestId = TestPlatform.RequestId(), PersonId = person, Reason = "badge lost" };

    static string Id(SignedIn tokens) => new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(tokens.AccessToken).Subject;

    async Task<ChangePersonResponse> ChangeAsync(string person, string name, string subject) => await staff.Administrator.ChangePersonAsync(new ChangePersonRequest
    {
        RequestId = TestPlatform.RequestId(), PersonId = person, Version = (await staff.PersonAsync(person)).Version, Name = name, ExternalSubject = subject, Reason = "asked for",
    });
}

/// <summary>Where nobody is left who could let anybody in.</summary>
public sealed class BreakGlassTests
{
    [Fact]
    [Requirement("A068")]
    [Clause("21 CFR 11.10(e)")]
    public async Task Whoever_runs_the_installation_lets_somebody_in_once_and_it_stands_in_the_trail()
    {
        await using var front = await Front.OpenAsync(builder =>
        {
            builder.Configuration["Identity:BreakGlass:Login"] = "admin";
            builder.Configuration["Identity:BreakGlass:By"] = "Ina Berg, operations";
            builder.Configuration["Identity:BreakGlass:Reason"] = "the only administrator is locked out, ticket 4711";
        });
        var shown = front.First;
        await using var scope = front.Platform.Host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        var use = await db.BreakGlass.SingleAsync();
        (use.UsedBy, use.Reason).ShouldBe(("Ina Berg, operations", "the only administrator is locked out, ticket 4711"));
        (await db.AuditTrail.CountAsync(a => a.Entity == "break_glass" && a.EntityId == use.Id)).ShouldBe(1);
        (await db.AuditTrail.Where(a => a.EntityId == use.PersonId).Select(a => a.Reason).ToListAsync()).ShouldContain(r => r.StartsWith("break-glass by Ina Berg"));
        // It opens the door, and no more.
        (await db.People.SingleAsync()).Confirmed.ShouldBeFalse();
        using var browser = front.Browser();
        (await browser.SignInAsync("admin", shown.Password, Front.AdminPassword)).AccessToken.ShouldNotBeEmpty();
        // The same order again, as at the next start, does nothing.
        await new BreakGlass(front.Service<IServiceScopeFactory>(), front.Service<Credentials>(), front.Service<IdentityOptions>(), front.Service<IOneTimeDisplay>(), front.Service<Microsoft.Extensions.Logging.ILogger<BreakGlass>>()).StartedAsync(default);
        (await browser.SignInAsync("admin", Front.AdminPassword)).AccessToken.ShouldNotBeEmpty();
    }
}
