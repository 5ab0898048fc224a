using Doseline.Identity.Data;
using Doseline.Identity.Keys;
using Doseline.Identity.Passwords;
using Doseline.Kernel.Rules;
using Doseline.Local.Simulation;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Identity.Tests;

public sealed class CredentialsTests : IAsyncLifetime
{
    const string Chosen = "river stone 4 lantern";

    TestPlatform platform = null!;
    Credentials credentials = null!;
    OneTimePassword first = null!;

    public async Task InitializeAsync()
    {
        platform = await TestPlatform.StartAsync();
        credentials = platform.Host.Services.GetRequiredService<Credentials>();
        first = ((OneTimeMemory)platform.Host.Services.GetRequiredService<IOneTimeDisplay>()).Shown!;
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    [Fact]
    public async Task The_first_administrators_password_is_good_for_choosing_another_and_for_nothing_else()
    {
        var check = await credentials.SignInAsync(" ADMIN ", first.Password, default);
        (check.Accepted, check.MustChange, check.Refusal).ShouldBe((false, true, null));
        await credentials.ChangeAsync(check.PersonId!, first.Password, Chosen, default);
        (await credentials.SignInAsync("admin", Chosen, default)).Accepted.ShouldBeTrue();
        (await credentials.SignInAsync("admin", first.Password, default)).Refusal!.Code.ShouldBe("SIGN_IN_REFUSED");
    }

    [Fact]
    public async Task Wrong_passwords_lock_out_for_a_while_even_when_they_come_all_at_once()
    {
        var id = await ChooseAsync();
        var wrong = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => credentials.CheckAsync(id, "wrong wrong wrong", default)));
        wrong.Count(c => c.Refusal!.Code == "SIGN_IN_REFUSED").ShouldBe(5);
        wrong.Count(c => c.Refusal!.Code == "PERSON_LOCKED_OUT").ShouldBe(15);
        (await credentials.CheckAsync(id, Chosen, default)).Refusal!.Code.ShouldBe("PERSON_LOCKED_OUT");
        await platform.AdvanceAsync(TimeSpan.FromMinutes(16));
        (await credentials.CheckAsync(id, "wrong again wrong", default)).Refusal!.Code.ShouldBe("SIGN_IN_REFUSED");
        (await credentials.CheckAsync(id, Chosen, default)).Accepted.ShouldBeTrue();
    }

    [Fact]
    public async Task What_strangers_try_at_the_door_keeps_nobody_from_signing_who_is_signed_in_and_the_other_way_round()
    {
        var id = await ChooseAsync();
        for (var tries = 0; tries < 6; tries++) (await credentials.SignInAsync("admin", "wrong wrong wrong", default)).Accepted.ShouldBeFalse();
        (await credentials.SignInAsync("admin", Chosen, default)).Refusal!.Code.ShouldBe("PERSON_LOCKED_OUT");
        (await credentials.CheckAsync(id, Chosen, default)).Accepted.ShouldBeTrue();

        await platform.AdvanceAsync(TimeSpan.FromMinutes(16));
        for (var tries = 0; tries < 6; tries++) (await credentials.CheckAsync(id, "wrong wrong wrong", default)).Accepted.ShouldBeFalse();
        (await credentials.CheckAsync(id, Chosen, default)).Refusal!.Code.ShouldBe("PERSON_LOCKED_OUT");
        (await credentials.SignInAsync("admin", Chosen, default)).Accepted.ShouldBeTrue();
    }

    [Fact]
    public async Task More_guesses_than_are_worth_a_processor_are_turned_away_at_once_and_who_is_signed_in_is_not()
    {
        var id = await ChooseAsync();
        var guesses = Enumerable.Range(0, 200).Select(n => Task.Run(() => credentials.SignInAsync($"nobody-{n}", "wrong wrong wrong", default))).ToList();
        (await credentials.CheckAsync(id, Chosen, default)).Accepted.ShouldBeTrue();
        var answers = await Task.WhenAll(guesses);
        answers.Select(a => a.Refusal!.Code).Distinct(StringComparer.Ordinal).ShouldBe(["SIGN_IN_REFUSED", "TOO_MANY_PASSWORDS"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_new_password_is_refused_for_all_its_faults_and_when_it_was_used_before()
    {
        var id = await ChooseAsync();
        var fault = await Should.ThrowAsync<RefusedException>(() => credentials.ChangeAsync(id, Chosen, "adminadmin", default));
        fault.Refusals.Select(r => r.Code).ShouldBe(["PASSWORD_TOO_SHORT", "PASSWORD_TOO_UNIFORM", "PASSWORD_CONTAINS_NAME"]);
        var reused = await Should.ThrowAsync<RefusedException>(() => credentials.ChangeAsync(id, Chosen, Chosen, default));
        reused.Refusals.Single().Code.ShouldBe("PASSWORD_USED_BEFORE");
    }

    [Fact]
    public async Task No_hash_of_a_password_is_in_the_audit_trail_and_an_exchanged_one_lets_nobody_in()
    {
        var id = await ChooseAsync();
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        var stored = await db.Passwords.OrderBy(p => p.Number).LastAsync(p => p.PersonId == id);
        var audit = await db.AuditTrail.Where(a => a.EntityId == id).Select(a => a.Changes).ToListAsync();
        audit.Count.ShouldBeGreaterThan(1);
        audit.ShouldAllBe(changes => !changes.Contains(stored.Hash));

        var hashes = platform.Host.Services.GetRequiredService<PasswordHashes>();
        stored.Hash = hashes.Hash(await db.People.SingleAsync(p => p.Id == id), "planted by an intruder");
        await db.SaveChangesAsync();
        (await credentials.CheckAsync(id, "planted by an intruder", default)).Refusal!.Code.ShouldBe("SIGN_IN_REFUSED");
    }

    [Fact]
    public async Task A_person_who_was_long_away_is_let_in_by_an_administrator_only()
    {
        var id = await ChooseAsync();
        await platform.AdvanceAsync(TimeSpan.FromDays(91));
        (await credentials.CheckAsync(id, Chosen, default)).Refusal!.Code.ShouldBe("PERSON_INACTIVE");
    }

    [Fact]
    public async Task A_key_is_published_before_it_signs_and_until_what_it_signed_has_expired()
    {
        var keys = platform.Host.Services.GetRequiredService<SigningKeys>();
        var old = await keys.CurrentAsync(default);
        await keys.RotateAsync(atOnce: false, default);
        (await keys.CurrentAsync(default)).Kid.ShouldBe(old.Kid);
        (await keys.PublishedAsync(default)).Count.ShouldBe(2);
        await platform.AdvanceAsync(TimeSpan.FromMinutes(11));
        (await keys.CurrentAsync(default)).Kid.ShouldNotBe(old.Kid);
        (await keys.PublishedAsync(default)).Count.ShouldBe(2);
        await platform.AdvanceAsync(TimeSpan.FromMinutes(10));
        (await keys.PublishedAsync(default)).Select(k => k.Kid).ShouldNotContain(old.Kid);
        (await keys.HistoryAsync(default)).Count.ShouldBe(2);
        await platform.AdvanceAsync(TimeSpan.FromDays(91));
        await keys.CurrentAsync(default);
        (await keys.HistoryAsync(default)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task The_first_key_signs_at_once_whoever_asks_for_it_and_however_often()
    {
        var keys = platform.Host.Services.GetRequiredService<SigningKeys>();
        for (var asked = 0; asked < 3; asked++) await keys.RotateAsync(atOnce: false, default);
        var maker = await keys.CurrentAsync(default);
        maker.Kid.ShouldBe((await keys.HistoryAsync(default))[0].Kid);
        await platform.AdvanceAsync(TimeSpan.FromMinutes(11));
        (await keys.CurrentAsync(default)).Kid.ShouldNotBe(maker.Kid);
    }

    async Task<string> ChooseAsync()
    {
        var check = await credentials.SignInAsync("admin", first.Password, default);
        await credentials.ChangeAsync(check.PersonId!, first.Password, Chosen, default);
        (await credentials.SignInAsync("admin", Chosen, default)).Accepted.ShouldBeTrue();
        return check.PersonId!;
    }
}
