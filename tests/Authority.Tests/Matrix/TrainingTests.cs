using Doseline.Authority.Tests.Support;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Doseline.Testing;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Authority.Tests.Matrix;

/// <summary>Every method of every service that makes or changes GxP data is done under a procedure, and by nobody who is not trained on it.</summary>
public sealed class TrainingTests
{
    // What changes no GxP data: who may act, and what became of a message. Who publishes procedures and records trainings could not be asked for one first.
    static readonly string[] Others =
    [
        "doseline.identity.v1.AccountsService", "doseline.identity.v1.PeopleService", "doseline.identity.v1.TrainingService",
        "doseline.audit.v1.AuditService", "doseline.audit.v1.RetentionService", "doseline.operations.v1.MessagesService",
    ];

    [Fact]
    [Requirement("A003", "A139", "A237")]
    [Clause("21 CFR 11.10(i)")]
    public void Every_method_that_changes_GxP_data_names_its_procedure_and_no_other_does()
    {
        var changing = ContractMethods.All.Values.Where(m => ContractMethods.PolicyOf(m) is { Mutates: true }).ToList();
        changing.Where(m => ContractMethods.PolicyOf(m)!.Procedure is "" != Others.Contains(m.Service.FullName, StringComparer.Ordinal)).Select(m => m.FullName).ShouldBeEmpty();
        Others.Except(changing.Select(m => m.Service.FullName), StringComparer.Ordinal).ShouldBeEmpty("each exception is of a service that there is");
        ContractMethods.All.Values.Where(m => ContractMethods.PolicyOf(m) is { Mutates: false, Procedure: not "" }).Select(m => m.FullName).ShouldBeEmpty();
        changing.Count(m => ContractMethods.PolicyOf(m)!.Procedure is not "").ShouldBeGreaterThan(80);
    }

    [Fact]
    [Requirement("A003", "A139", "A237")]
    [Clause("21 CFR 11.10(i)")]
    public async Task Nobody_who_is_not_trained_on_it_does_what_a_procedure_covers_and_a_training_opens_that_procedure_alone()
    {
        var staff = await Staff.StartAsync();
        await using var platform = staff.Platform;
        var roles = Roles.All.Where(role => role is not (Roles.Partner or Roles.Service)).ToArray();
        var methods = platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values
            .Where(m => m.Policy.Procedure is not "" && m.Policy.Roles.Any(roles.Contains)).OrderBy(m => m.Name, StringComparer.Ordinal).ToList();
        var codes = methods.Select(m => m.Policy.Procedure).Distinct(StringComparer.Ordinal).ToList();
        codes.Count.ShouldBeGreaterThan(10);

        var nobody = await staff.JoinAsync("new", "Nell New", roles, trained: []);
        var first = await staff.JoinAsync("first", "Fay First", roles, trained: [codes[0]]);
        var before = await Trails.CountsAsync(platform);
        List<string> wrong = [];
        foreach (var method in methods)
        {
            if (!await RefusedAsync(nobody, method)) wrong.Add($"{method.Name} lets in who is not trained");
            if (await RefusedAsync(first, method) == (method.Policy.Procedure == codes[0])) wrong.Add($"{method.Name} does not go by the training on {method.Policy.Procedure}");
        }

        wrong.ShouldBeEmpty();
        (await Trails.CountsAsync(platform)).ShouldBe(before);

        async Task<bool> RefusedAsync(Platform.Auth.Caller who, RpcMethod method)
        {
            var request = method.Descriptor.InputType.Parser.ParseFrom(ByteString.Empty);
            method.RequestId!.Accessor.SetValue(request, TestPlatform.RequestId());
            // Of what every host serves, the request says for which of its services.
            method.Chooser?.Accessor.SetValue(request, "execution");
            var (_, refusals, _) = await RawCalls.CallAsync(staff.In(who, null), method, request);
            return refusals.Any(r => r.Code is "TRAINING_NEEDED" && r.Subject == $"procedures/{method.Policy.Procedure}");
        }
    }

    [Fact]
    [Requirement("A237")]
    public async Task While_Identity_is_away_nobody_does_what_a_procedure_covers_however_well_trained()
    {
        // Nobody listens there.
        var staff = await Staff.StartAsync(builder => builder.Configuration["Services:identity:Address"] = "http://127.0.0.1:9");
        await using var platform = staff.Platform;
        var roles = Roles.All.Where(role => role is not (Roles.Partner or Roles.Service)).ToArray();
        var methods = platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values
            .Where(m => m.Policy.Procedure is not "" && m.Policy.Roles.Any(roles.Contains)).OrderBy(m => m.Name, StringComparer.Ordinal).ToList();
        methods.Count.ShouldBeGreaterThan(80);
        var trained = await staff.JoinAsync("first", "Fay First", roles);
        var before = await Trails.CountsAsync(platform);
        List<string> wrong = [];
        foreach (var method in methods)
        {
            var request = method.Descriptor.InputType.Parser.ParseFrom(ByteString.Empty);
            method.RequestId!.Accessor.SetValue(request, TestPlatform.RequestId());
            // Of what every host serves, the request says for which of its services.
            method.Chooser?.Accessor.SetValue(request, "execution");
            var (_, refusals, _) = await RawCalls.CallAsync(staff.In(trained, null), method, request);
            if (refusals is not [{ Code: "TRAINING_UNKNOWN", Kind: RefusalKind.Unavailable, Subject: "services/identity" }]) wrong.Add($"{method.Name}: {string.Join(',', refusals.Select(r => r.Code))}");
        }

        wrong.ShouldBeEmpty();
        (await Trails.CountsAsync(platform)).ShouldBe(before);
    }

    [Fact]
    [Requirement("A003", "A237", "P09")]
    [Clause("21 CFR 11.10(i)")]
    public async Task Nobody_signs_second_what_a_procedure_covers_without_being_trained_on_it()
    {
        var staff = await Staff.StartAsync();
        await using var platform = staff.Platform;
        var roles = Roles.All.Where(role => role is not (Roles.Partner or Roles.Service)).ToArray();
        var methods = platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values.Where(m => m.Policy.Signature is { SecondPerson: true }).ToList();
        methods.Count.ShouldBeGreaterThan(4);
        methods.Where(m => m.Policy.Procedure is "").ShouldBeEmpty();

        var first = await staff.JoinAsync("first", "Fay First", roles);
        var trained = await staff.JoinAsync("second", "Sean Second", roles);
        var untrained = await staff.JoinAsync("new", "Nell New", roles, trained: []);
        List<string> wrong = [];
        foreach (var method in methods)
        {
            if (await RefusedAsync(method, untrained) != untrained.Subject) wrong.Add($"{method.Name} takes the second signature of who is not trained");
            if (await RefusedAsync(method, trained) is { } whom) wrong.Add($"{method.Name} asks for a training of {whom}");
        }

        wrong.ShouldBeEmpty();

        async Task<string?> RefusedAsync(RpcMethod method, Platform.Auth.Caller second)
        {
            var request = method.Descriptor.InputType.Parser.ParseFrom(ByteString.Empty);
            method.RequestId!.Accessor.SetValue(request, TestPlatform.RequestId());
            var signed = method.Descriptor.InputType.Parser.ParseFrom(request.ToByteString());
            method.Descriptor.InputType.FindFieldByName(SignedContent.Field).Accessor.SetValue(signed, platform.Signer.Sign(first, method.Name, request));
            method.Descriptor.InputType.FindFieldByName(SignedContent.SecondField).Accessor.SetValue(signed, platform.Signer.Sign(second, method.Name, request, second: true));
            var (_, refusals, _) = await RawCalls.CallAsync(staff.In(first, null), method, signed);
            return refusals.FirstOrDefault(r => r.Code is "TRAINING_NEEDED" && r.Subject == $"procedures/{method.Policy.Procedure}")?.Numbers["person_id"];
        }
    }
}
