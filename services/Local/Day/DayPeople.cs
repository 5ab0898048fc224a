using System.Collections.Concurrent;
using Doseline.Common.V1;
using Doseline.Identity.Passwords;
using Doseline.Identity.V1;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;
using Doseline.Local.Signing;
using Doseline.Local.Simulation;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Doseline.Local.Day;

/// <summary>
/// The people of the day, each with the rights of one desk and no more. They join as people do: the first administrator lets them in and
/// proposes their roles, quality approves them, each chooses a password, and those who work under a procedure are trained on it.
/// What must be signed they sign, each with their own password; where two must, the verifier is the second.
/// </summary>
sealed class DayPeople : IDisposable
{
    const string Reason = "people of the day";

    // What people in a role do, and what they sign for another, is done under the procedures that the methods open to that role name.
    static readonly ILookup<string, string> ProceduresByRole = ContractMethods.All.Values
        .Select(ContractMethods.PolicyOf).OfType<Policy>().Where(policy => policy.Procedure is not "")
        .SelectMany(policy => policy.Roles.Concat(policy.Signature?.SecondRoles ?? []).Select(role => (Role: role, policy.Procedure))).Distinct().OrderBy(pair => pair.Procedure, StringComparer.Ordinal)
        .ToLookup(pair => pair.Role, pair => pair.Procedure, StringComparer.Ordinal);

    readonly ISimulation platform;
    readonly bool real;
    readonly DayKeys keys;
    readonly DayPerson administrator, steward, radiationSafety, planner, supplyDesk, operating, verifier, analyst, qa, shipper, auditor;
    readonly DayPerson[] everybody;
    readonly ConcurrentDictionary<DayPerson, CallInvoker> signing = [];

    /// <summary>People of a day.</summary>
    /// <param name="platform">What the day is played on.</param>
    /// <param name="keys">Request ids.</param>
    /// <param name="passwords">Their passwords; null for stand-ins with development tokens.</param>
    public DayPeople(ISimulation platform, DayKeys keys, DayPasswords? passwords)
    {
        (this.platform, this.keys, real) = (platform, keys, passwords is not null);
        administrator = Person("admin", "First administrator", Roles.Administrator);
        qa = Person("quinn.adler", "Quinn Adler", Roles.Qa);
        steward = Person("mara.stein", "Mara Stein", Roles.MasterData);
        radiationSafety = Person("rosa.olsen", "Rosa Olsen", Roles.RadiationSafety);
        planner = Person("pia.lang", "Pia Lang", Roles.Planner);
        supplyDesk = Person("sam.delgado", "Sam Delgado", Roles.SupplyDesk);
        operating = Person("olive.park", "Olive Park", Roles.Operator);
        verifier = Person("vic.moreau", "Vic Moreau", Roles.Verifier);
        analyst = Person("ana.kovac", "Ana Kovac", Roles.QcAnalyst);
        shipper = Person("shay.brandt", "Shay Brandt", Roles.Shipping);
        auditor = Person("ida.falk", "Ida Falk", Roles.Auditor);
        // Quality first, for it approves the others.
        everybody = [qa, steward, radiationSafety, planner, supplyDesk, operating, verifier, analyst, shipper, auditor];

        DayPerson Person(string login, string name, string role) => new(platform, login, name, role, passwords?.Of(login));
    }

    public CallInvoker Steward => Signing(steward);
    public CallInvoker RadiationSafety => Signing(radiationSafety);
    public CallInvoker Planner => Signing(planner);
    public CallInvoker SupplyDesk => Signing(supplyDesk);
    public CallInvoker Operator => Signing(operating);
    public CallInvoker Verifier => Signing(verifier);
    /// <summary>Subject and printed name of the verifier.</summary>
    public async Task<(string Id, string Name)> WhoVerifiesAsync() => (real ? await verifier.IdAsync() : $"person:{verifier.Name}", verifier.Name);

    /// <summary>Subject of the one person of QA.</summary>
    public async Task<string> WhoReleasesAsync() => real ? await qa.IdAsync() : $"person:{qa.Name}";

    public CallInvoker Analyst => Signing(analyst);
    public CallInvoker Qa => Signing(qa);
    public CallInvoker Shipper => Signing(shipper);
    public CallInvoker Auditor => Signing(auditor);

    /// <summary>Everybody, with the role each has and the name each signs in by.</summary>
    public IReadOnlyList<(string Name, string Login, string Role)> All => [.. everybody.Prepend(administrator).Select(p => (p.Name, p.Login, p.Role))];

    /// <summary>Lets everybody in; those who are in already only sign in, and stand-ins need not.</summary>
    public async Task EnterAsync()
    {
        if (!real) return;
        var first = ((OneTimeMemory)platform.Services.GetRequiredService<IOneTimeDisplay>()).Shown;
        if (!await administrator.TryAsync(first?.Password)) throw new SignInException("The first administrator of this folder does not get in; its file of passwords is not the one it was made with.");
        foreach (var person in everybody)
        {
            await JoinAsync(person);
            await ConfirmAsync(person);
        }

        await TrainAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var person in everybody) person.Dispose();
        administrator.Dispose();
    }

    CallInvoker Signing(DayPerson person) => signing.GetOrAdd(person, who => who.Calls.Intercept(new SignedCalls(wanted => SignAsync(wanted.IsSecond ? SecondOf(wanted.Need) : who, wanted))));

    // The verifier, where the method does not ask for QA alone.
    DayPerson SecondOf(SignatureNeed need) => need.SecondRoles.Count == 0 || need.SecondRoles.Contains(Roles.Verifier) ? verifier : qa;

    static async Task<string?> SignAsync(DayPerson signer, SignatureWanted wanted) => (await new SigningService.SigningServiceClient(signer.Calls).SignAsync(new SignRequest
    {
        Method = wanted.Method,
        RequestJson = JsonFormatter.Default.Format(wanted.Request),
        LoginName = signer.Password is null ? "" : signer.Login,
        Password = signer.Password ?? "",
        Zone = "UTC",
        SecondPerson = wanted.IsSecond,
    })).Signature;

    async Task JoinAsync(DayPerson person)
    {
        PeopleService.PeopleServiceClient people = new(administrator.Calls);
        var joined = await people.JoinPersonAsync(new JoinPersonRequest { RequestId = keys.Of("join", person.Login), Login = person.Login, Name = person.Name, Reason = Reason });
        var proposed = await people.ProposeRoleAsync(new ProposeRoleRequest
        {
            RequestId = keys.Of("role", person.Login), HolderId = joined.Person.PersonId, Role = person.Role, SiteId = Caller.AllSites, Reason = Reason,
        });
        if (proposed.Assignment.State is AssignmentState.Proposed)
        {
            await new PeopleService.PeopleServiceClient(qa.Calls).ApproveRoleAsync(new ApproveRoleRequest
            {
                RequestId = keys.Of("approve", person.Login), AssignmentId = proposed.Assignment.AssignmentId, Version = proposed.Assignment.Version, Reason = Reason,
            });
        }

        var oneTime = joined.OneTimePassword;
        if (oneTime is "")
        {
            if (await person.TryAsync(null)) return;
            // The day was cut off between joining and choosing a password: the one-time password is lost, as it should be.
            var again = await people.ResetPasswordAsync(new ResetPasswordRequest
            {
                RequestId = platform.Services.GetRequiredService<IdSource>().New(), PersonId = joined.Person.PersonId, Reason = Reason,
            });
            oneTime = again.OneTimePassword;
        }

        if (!await person.TryAsync(oneTime)) throw new SignInException($"{person.Name} does not get in.");
    }

    // Quality saw each choose a password, and signs for it; before that nobody signs anything.
    async Task ConfirmAsync(DayPerson person)
    {
        PeopleService.PeopleServiceClient people = new(Qa);
        var joined = (await people.GetPersonAsync(new GetPersonRequest { PersonId = await person.IdAsync() })).Person;
        if (joined.Confirmed) return;
        await people.ConfirmPersonAsync(new ConfirmPersonRequest { RequestId = keys.Of("confirm", person.Login), PersonId = joined.PersonId, Version = joined.Version, Reason = Reason });
    }

    async Task TrainAsync()
    {
        TrainingService.TrainingServiceClient quality = new(qa.Calls), records = new(steward.Calls);
        var now = platform.Clock.GetUtcNow();
        foreach (var code in everybody.SelectMany(person => ProceduresByRole[person.Role]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if ((await quality.ListProceduresAsync(new ListProceduresRequest { Code = code })).Procedures.Count == 0)
                await quality.PublishProcedureAsync(new PublishProcedureRequest { RequestId = keys.Of("procedure", code), Code = code, ProcedureVersion = 1, Title = $"Procedure for {code}", EffectiveTime = now.ToWire(), Reason = Reason });
        }

        // Nobody records their own.
        foreach (var person in everybody)
        {
            foreach (var code in ProceduresByRole[person.Role]) await TrainedAsync(person == qa ? records : quality, person, code);
        }

        async Task TrainedAsync(TrainingService.TrainingServiceClient by, DayPerson person, string code)
        {
            var id = await person.IdAsync();
            if ((await by.ListTrainingsAsync(new ListTrainingsRequest { PersonId = id, Code = code })).Trainings.Count > 0) return;
            await by.RecordTrainingAsync(new RecordTrainingRequest
            {
                RequestId = keys.Of("training", person.Login, code), PersonId = id, Code = code, ProcedureVersion = 1, TrainTime = now.ToWire(), Evidence = "observed at work", Reason = Reason,
            });
        }
    }
}
