using Doseline.Execution.V1;
using Doseline.Identity.Data;
using Doseline.Identity.V1;
using Doseline.Local.Simulation;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using static Doseline.Identity.Tests.Hiring;

namespace Doseline.Identity.Tests;

/// <summary>People join, move and leave, through the API and with real tokens.</summary>
public sealed class PeopleTests : IAsyncLifetime
{
    Hiring staff = null!;

    Front Front => staff.Front;
    PeopleService.PeopleServiceClient Admin => staff.Administrator;
    PeopleService.PeopleServiceClient Qa => staff.Qa;

    public async Task InitializeAsync() => staff = await Hiring.OpenAsync();

    public async Task DisposeAsync() => await staff.DisposeAsync();

    [Clause("Annex 11 12.3")]
    [Fact]
    [Requirement("A209")]
    public async Task A_role_is_proposed_by_one_and_approved_by_another_and_holds_at_its_site_only()
    {
        var token = await staff.HireAsync("olive", "operator", "bos");
        var caller = await Front.Service<ITokenReader>().ReadAsync(token.AccessToken);
        caller!.SitesByRole!["operator"].ShouldBe(["bos"]);
        var olive = new PeopleService.PeopleServiceClient(Front.With(token.AccessToken));
        var me = await olive.GetMeAsync(new GetMeRequest());
        (me.Person.Login, me.Person.Roles.Single().ApprovedBy.Length > 0).ShouldBe(("olive", true));
        (await TestPlatform.RefusalsAsync(() => olive.ListPeopleAsync(new ListPeopleRequest()).ResponseAsync)).Single().Code.ShouldBe("ROLE_NOT_ALLOWED");
        await Front.Platform.SettleAsync();
        Front.Platform.Facts<RoleGranted>().ShouldContain(f => f.HolderId == caller.Subject && f.Role == "operator" && f.SiteId == "bos");
    }

    [Fact]
    [Requirement("A209", "P09")]
    public async Task An_administrator_gives_nobody_power_over_the_product_alone_and_none_to_themselves()
    {
        var me = (await Admin.GetMeAsync(new GetMeRequest())).Person.PersonId;
        (await TestPlatform.RefusalsAsync(() => Admin.ProposeRoleAsync(Role(me, "qa", "bos")).ResponseAsync)).Select(r => r.Code).ShouldBe(["OWN_RIGHTS", "ROLES_NOT_SEPARATE"]);
        var puppet = await staff.JoinAsync("puppet");
        var proposed = (await Admin.ProposeRoleAsync(Role(puppet.Person.PersonId, "qa", "bos"))).Assignment;
        proposed.State.ShouldBe(AssignmentState.Proposed);
        (await TestPlatform.RefusalsAsync(() => Admin.ApproveRoleAsync(Approve(proposed)).ResponseAsync)).Single().Code.ShouldBe("ROLE_NOT_ALLOWED");
        var token = await staff.ChooseAsync("puppet", puppet.OneTimePassword);
        (await Front.Service<ITokenReader>().ReadAsync(token.AccessToken))!.Roles.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_one_time_password_is_shown_once_and_written_nowhere()
    {
        var request = new JoinPersonRequest { RequestId = TestPlatform.RequestId(), Login = "Rosa", Name = "Rosa Olsen", Reason = "passport seen" };
        var first = await Admin.JoinPersonAsync(request);
        var again = await Admin.JoinPersonAsync(request);
        (first.Person.Login, again.Person.PersonId == first.Person.PersonId, again.OneTimePassword).ShouldBe(("rosa", true, ""));
        first.OneTimePassword.Length.ShouldBe(19);
        await using var scope = Front.Platform.Host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        var stored = await db.Database.SqlQueryRaw<byte[]>("SELECT response AS \"Value\" FROM requests").ToListAsync();
        stored.ShouldAllBe(r => !System.Text.Encoding.Latin1.GetString(r).Contains(first.OneTimePassword));
        (await db.AuditTrail.Select(a => a.Changes).ToListAsync()).ShouldAllBe(c => !c.Contains(first.OneTimePassword));
    }

    [Clause("21 CFR 11.100(a)", "21 CFR 11.300(a)")]
    [Fact]
    [Requirement("A003")]
    public async Task A_sign_in_name_is_never_given_again()
    {
        var ann = (await staff.JoinAsync("ann")).Person;
        await Admin.LeavePersonAsync(new LeavePersonRequest { RequestId = TestPlatform.RequestId(), PersonId = ann.PersonId, Version = ann.Version, Reason = "moved away" });
        (await TestPlatform.RefusalsAsync(() => staff.JoinAsync(" ANN "))).Select(r => r.Code).ShouldBe(["LOGIN_TAKEN", "NAME_TAKEN"]);
        (await TestPlatform.RefusalsAsync(() => staff.JoinAsync("a b"))).Single().Code.ShouldBe("LOGIN_INVALID");
    }

    [Clause("21 CFR 11.10(d)", "21 CFR 11.300(c)", "Annex 11 12.3")]
    [Fact]
    [Requirement("A003")]
    public async Task Who_leaves_or_is_locked_out_is_out_at_once_tokens_included()
    {
        var olive = await staff.HireAsync("olive", "operator", "bos");
        var person = (await Admin.ListPeopleAsync(new ListPeopleRequest { NameContains = "OLIVE" })).People.Single();
        await Admin.LockPersonAsync(new LockPersonRequest { RequestId = TestPlatform.RequestId(), PersonId = person.PersonId, Reason = "badge lost" });
        (await Front.Service<ITokenReader>().ReadAsync(olive.AccessToken)).ShouldBeNull();
        using var browser = Front.Browser();
        (await Should.ThrowAsync<SignInException>(() => browser.RefreshAsync(olive.RefreshToken!))).Message.ShouldStartWith("invalid_grant");
        (await Should.ThrowAsync<SignInException>(() => browser.SignInAsync("olive", Own("olive")))).Message.ShouldContain("administrator");
        await Admin.UnlockPersonAsync(new UnlockPersonRequest { RequestId = TestPlatform.RequestId(), PersonId = person.PersonId, Reason = "badge found" });
        (await browser.SignInAsync("olive", Own("olive"))).ShouldNotBeNull();

        var now = (await Admin.GetPersonAsync(new GetPersonRequest { PersonId = person.PersonId })).Person;
        var left = await Admin.LeavePersonAsync(new LeavePersonRequest { RequestId = TestPlatform.RequestId(), PersonId = person.PersonId, Version = now.Version, Reason = "retired" });
        (left.Person.HasLeft, left.Person.Roles.Count).ShouldBe((true, 0));
        (await Should.ThrowAsync<SignInException>(async () => { using var other = Front.Browser(); await other.SignInAsync("olive", Own("olive")); })).Message.ShouldStartWith("Name or password is wrong");
        await Front.Platform.SettleAsync();
        Front.Platform.Facts<RoleRemoved>().ShouldHaveSingleItem().HolderId.ShouldBe(person.PersonId);
    }

    [Fact]
    public async Task Who_moves_leaves_the_old_sites_roles_behind_and_is_approved_at_the_new_one()
    {
        await staff.HireAsync("vic", "verifier", "bos");
        var vic = (await Admin.ListPeopleAsync(new ListPeopleRequest { Role = "verifier", SiteId = "bos" })).People.Single();
        var moved = (await Admin.MovePersonAsync(new MovePersonRequest { RequestId = TestPlatform.RequestId(), PersonId = vic.PersonId, FromSiteId = "bos", ToSiteId = "lei", Roles = { "verifier", "operator" }, Reason = "new plant" })).Person;
        moved.Roles.Select(r => (r.Role, r.SiteId, r.State)).ShouldBe([("operator", "lei", AssignmentState.Proposed), ("verifier", "lei", AssignmentState.Proposed)]);
        using var browser = Front.Browser();
        (await Front.Service<ITokenReader>().ReadAsync((await browser.SignInAsync("vic", Own("vic"))).AccessToken))!.Roles.ShouldBeEmpty();
        foreach (var role in moved.Roles) await Qa.ApproveRoleAsync(Approve(role));
        (await Front.Service<ITokenReader>().ReadAsync((await browser.SignInAsync("vic", Own("vic"))).AccessToken))!.Sites.ShouldBe(["lei"]);
    }

    [Fact]
    public async Task Quality_of_one_site_approves_nobody_at_another()
    {
        var local = await staff.HireAsync("lena", "qa", "lei");
        var olive = await staff.JoinAsync("olive");
        var proposed = (await Admin.ProposeRoleAsync(Role(olive.Person.PersonId, "operator", "bos"))).Assignment;
        var lena = new PeopleService.PeopleServiceClient(Front.With(local.AccessToken));
        (await TestPlatform.RefusalsAsync(() => lena.ApproveRoleAsync(Approve(proposed)).ResponseAsync)).Single().Code.ShouldBe("SITE_NOT_ALLOWED");
        (await Qa.RefuseRoleAsync(new RefuseRoleRequest { RequestId = TestPlatform.RequestId(), AssignmentId = proposed.AssignmentId, Version = proposed.Version, Reason = "not needed" })).Assignment.State.ShouldBe(AssignmentState.Refused);
        (await TestPlatform.RefusalsAsync(() => Qa.ApproveRoleAsync(Approve(proposed)).ResponseAsync)).Select(r => r.Code).ShouldBe(["ASSIGNMENT_DECIDED", "VERSION_STALE"]);
    }

    [Clause("21 CFR 11.10(g)", "21 CFR 11.10(i)")]
    [Fact]
    [Requirement("A003", "A139", "A212", "A237")]
    public async Task Who_is_not_trained_on_the_version_in_force_is_refused_at_the_moment_of_acting()
    {
        var olive = await staff.HireAsync("olive", "operator", "bos");
        var id = new JsonWebToken(olive.AccessToken).Subject;
        var batches = new BatchesService.BatchesServiceClient(Front.With(olive.AccessToken));
        var quality = new TrainingService.TrainingServiceClient(Front.With(staff.QaTokens.AccessToken));
        (await VerdictAsync()).ShouldBe("NoProcedure");
        await PublishAsync(1, Front.Platform.Now);
        (await VerdictAsync()).ShouldBe("Never");
        var training = await TrainAsync(1);
        (await ReasonAsync()).Code.ShouldNotBe("TRAINING_NEEDED");

        // The same token, the same session: what changed is the procedure.
        await PublishAsync(2, Front.Platform.Now.AddMinutes(1));
        await Front.Platform.AdvanceAsync(TimeSpan.FromMinutes(2));
        (await VerdictAsync()).ShouldBe("Outdated");
        var second = await TrainAsync(2);
        (await ReasonAsync()).Code.ShouldNotBe("TRAINING_NEEDED");
        await quality.WithdrawTrainingAsync(new WithdrawTrainingRequest { RequestId = TestPlatform.RequestId(), TrainingId = second.TrainingId, Version = second.Version, Reason = "deviation" });
        (await VerdictAsync()).ShouldBe("Withdrawn");
        var line = (await quality.GetTrainingMatrixAsync(new GetTrainingMatrixRequest { Code = "dispensing" })).Lines.Single(l => l.PersonId == id);
        (line.ProcedureVersion, line.TrainedVersion, line.Verdict).ShouldBe((2, 2, TrainingVerdict.Withdrawn));
        training.ProcedureVersion.ShouldBe(1);

        async Task<Kernel.Rules.Refusal> ReasonAsync() =>
            (await TestPlatform.RefusalsAsync(() => batches.DispenseDoseAsync(new DispenseDoseRequest { RequestId = TestPlatform.RequestId(), BatchId = "none" }).ResponseAsync))[0];

        async Task<string> VerdictAsync()
        {
            var refusal = await ReasonAsync();
            refusal.Code.ShouldBe("TRAINING_NEEDED");
            return refusal.Numbers["verdict"];
        }

        async Task PublishAsync(int version, DateTimeOffset effective) => await quality.PublishProcedureAsync(new PublishProcedureRequest
        {
            RequestId = TestPlatform.RequestId(), Code = "dispensing", ProcedureVersion = version, Title = "Dispensing", EffectiveTime = effective.ToWire(), Reason = "first issue",
        });

        async Task<Training> TrainAsync(int version) => (await quality.RecordTrainingAsync(new RecordTrainingRequest
        {
            RequestId = TestPlatform.RequestId(), PersonId = id, Code = "dispensing", ProcedureVersion = version, TrainTime = Front.Platform.Now.ToWire(), Evidence = "test 7", Reason = "trained",
        })).Training;
    }
}
