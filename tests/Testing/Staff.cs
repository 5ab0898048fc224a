using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Identity.Passwords;
using Doseline.Platform.Auth;
using Doseline.Platform.Signing;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Doseline.Testing;

/// <summary>People with passwords, as Identity has them, and calls in a session of theirs.</summary>
public sealed class Staff(TestPlatform platform)
{
    /// <summary>Everybody's password; what makes a person is the hash in their own row.</summary>
    public const string Password = "river stone 4 lantern";

    /// <summary>Starts a platform whose hashes cost little.</summary>
    public static async Task<Staff> StartAsync(Action<WebApplicationBuilder>? configure = null) => new(await TestPlatform.StartAsync(configure: builder =>
    {
        builder.Configuration["Identity:HashIterations"] = "1000";
        LetIn(builder);
        configure?.Invoke(builder);
    }));

    /// <summary>Lets a platform read tokens that name person and session in the clear.</summary>
    public static void LetIn(WebApplicationBuilder builder) => builder.Services.Replace(ServiceDescriptor.Singleton<ITokenReader, PlainTokens>());

    /// <summary>Where they work.</summary>
    public TestPlatform Platform => platform;

    /// <summary>Every procedure that a method names; whoever joins is trained on the first version of each.</summary>
    public static IReadOnlyList<string> Procedures { get; } = [.. ContractMethods.All.Values.Select(m => ContractMethods.PolicyOf(m)!.Procedure).Where(code => code is not "").Distinct(StringComparer.Ordinal)];

    /// <summary>Somebody joins, trained on everything unless it is said; not confirmed, as whoever had a password given by another.</summary>
    public async Task<Caller> JoinAsync(string login, string name, string[] roles, string site = Caller.AllSites, string externalSubject = "", string[]? trained = null, bool confirmed = true)
    {
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        PersonRow person = new() { Id = db.Ids.New(), Login = login, Name = name, ExternalSubject = externalSubject, JoinedTime = db.Now };
        db.People.Add(person);
        foreach (var role in roles)
            db.RoleAssignments.Add(new RoleAssignmentRow { Id = db.Ids.New(), HolderId = person.Id, Role = role, SiteId = site, State = AssignmentState.Granted, ProposedBy = "administrator", ProposedTime = db.Now, GrantedTime = db.Now });
        foreach (var code in trained ?? [.. Procedures])
        {
            if (!await db.Procedures.AnyAsync(p => p.Code == code))
                db.Procedures.Add(new ProcedureRow { Code = code, ProcedureVersion = 1, Title = code, EffectiveTime = db.Now, PublishedBy = "quality", PublisherName = "Quality" });
            db.Trainings.Add(new TrainingRow { Id = db.Ids.New(), PersonId = person.Id, Code = code, ProcedureVersion = 1, TrainedTime = db.Now, Evidence = "observed", RecordedBy = "quality", RecorderName = "Quality" });
        }

        var credentials = scope.ServiceProvider.GetRequiredService<Credentials>();
        var once = await credentials.ResetAsync(db, person, default);
        person.Confirmed = confirmed;
        await db.SaveChangesAsync();
        await credentials.ChangeAsync(person.Id, once, Password, default);
        return new Caller { Subject = person.Id, Name = name, Roles = roles, Sites = [site] };
    }

    /// <summary>Calls of a person in a session.</summary>
    public CallInvoker In(Caller person, string? session) => platform.Host.WithToken($"{person.Subject}|{person.Name}|{string.Join(',', person.Roles)}|{string.Join(',', person.Sites)}|{session}");

    /// <summary>Calls of whoever has that subject at another provider, with whatever roles that gives.</summary>
    public CallInvoker Elsewhere(string subject, params string[] roles) => platform.Host.WithToken($"foreign|{subject}|a name of theirs|{string.Join(',', roles)}|*");
}
