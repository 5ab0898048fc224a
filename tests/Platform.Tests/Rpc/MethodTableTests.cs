using Doseline.Common.V1;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Health.V1;

namespace Doseline.Platform.Tests.Rpc;

/// <summary>A service whose policies cannot be enforced answers nothing, and ends its host.</summary>
public sealed class MethodTableTests
{
    static readonly Policy Reads = new() { AnyRole = true };
    static readonly Policy Writes = new() { Roles = { "planner" }, Mutates = true };

    public static TheoryData<string, Func<ServiceDescriptor>, string> Unservable => new()
    {
        { "no policy", () => Service(null), "declares no policy" },
        { "nobody may call", () => Service(new Policy()), "lets nobody call it" },
        { "a role nobody has", () => Service(new Policy { Roles = { "planer" } }), "the role planer" },
        { "a site field that is not there", () => Service(new Policy { AnyRole = true, SiteField = "sight_id" }), "the site field sight_id" },
        { "a change without request id", () => Service(Writes, fields: ["site_id"]), "needs a request_id" },
        { "a change with a request id that is no text", () => Service(Writes, type: FieldDescriptorProto.Types.Type.Int64), "needs a request_id" },
        { "a change answered by a stream", () => Service(Writes, serverStreaming: true), "one answer that can be repeated" },
        { "a stream of requests", () => Service(Reads, clientStreaming: true), "a stream of requests passes no policy" },
    };

    [Theory]
    [MemberData(nameof(Unservable))]
    public void What_cannot_be_enforced_is_not_served(string what, Func<ServiceDescriptor> service, string said)
    {
        what.ShouldNotBeEmpty();
        Should.Throw<InvalidOperationException>(() => new MethodTable().Add(service())).Message.ShouldContain(said);
    }

    [Fact]
    public void A_service_of_another_make_without_policies_is_not_served() =>
        Should.Throw<InvalidOperationException>(() => new MethodTable().Add(Health.Descriptor)).Message.ShouldContain("grpc.health.v1.Health.Check declares no policy");

    [Fact]
    public void A_served_method_is_found_by_its_full_name_with_the_fields_the_pipeline_reads()
    {
        MethodTable methods = new();
        methods.Add(Service(new Policy { Roles = { "planner", "service:orders" }, Mutates = true, SiteField = "site_id" }));
        var method = methods.Methods["/doseline.probe.v1.ProbeService/Probe"];
        method.Service.ShouldBe("probe");
        method.RequestId!.Name.ShouldBe("request_id");
        method.Site!.Name.ShouldBe("site_id");
        method.Reason!.Name.ShouldBe("reason");
    }

    [Fact]
    public void What_is_announced_is_read_when_it_is_first_asked_for()
    {
        var reads = 0;
        MethodTable methods = new();
        methods.Announce("doseline.probe.v1.ProbeService", () =>
        {
            reads++;
            return Service(Reads);
        });

        methods.Find("/doseline.probe.v1.OtherService/Probe").ShouldBeNull();
        methods.Announced.ShouldBe(["doseline.probe.v1.ProbeService"]);
        reads.ShouldBe(0);
        methods.Find("/doseline.probe.v1.ProbeService/Probe")!.Policy.AnyRole.ShouldBeTrue();
        methods.Find("/doseline.probe.v1.ProbeService/Prove").ShouldBeNull();
        methods.Services.Count.ShouldBe(1);
        reads.ShouldBe(1);
    }

    [Fact]
    public void What_is_announced_and_cannot_be_enforced_is_not_answered()
    {
        MethodTable methods = new();
        methods.Announce("doseline.probe.v1.ProbeService", () => Service(null));

        Should.Throw<InvalidOperationException>(() => methods.Find("/doseline.probe.v1.ProbeService/Probe")).Message.ShouldContain("declares no policy");
        Should.Throw<InvalidOperationException>(methods.Read);
    }

    [Fact]
    public async Task Every_method_of_the_platform_has_a_policy_that_holds()
    {
        await using var platform = await TestPlatform.StartAsync();
        var methods = (MethodTable)platform.Host.Services.GetService(typeof(MethodTable))!;
        methods.Methods.ShouldNotBeEmpty();
        methods.Methods.Values.Where(m => MethodTable.FaultOf(m.Policy, m.Descriptor, m.RequestId) is not null).ShouldBeEmpty();
    }

    static ServiceDescriptor Service(
        Policy? policy, string[]? fields = null, FieldDescriptorProto.Types.Type type = FieldDescriptorProto.Types.Type.String, bool clientStreaming = false, bool serverStreaming = false)
    {
        MethodOptions options = new();
        if (policy is not null) options.SetExtension(PolicyExtensions.Policy, policy);
        DescriptorProto request = new()
        {
            Name = "ProbeRequest",
            Field =
            {
                (fields ?? ["request_id", "site_id", "reason"]).Index().Select(f => new FieldDescriptorProto
                {
                    Name = f.Item, Number = f.Index + 1, Label = FieldDescriptorProto.Types.Label.Optional, Type = f.Item is "request_id" ? type : FieldDescriptorProto.Types.Type.String,
                }),
            },
        };
        FileDescriptorProto file = new()
        {
            Name = "probe.proto", Package = "doseline.probe.v1", Syntax = "proto3", MessageType = { request },
            Service =
            {
                new ServiceDescriptorProto
                {
                    Name = "ProbeService",
                    Method =
                    {
                        new MethodDescriptorProto
                        {
                            Name = "Probe", InputType = ".doseline.probe.v1.ProbeRequest", OutputType = ".doseline.probe.v1.ProbeRequest", Options = options,
                            ClientStreaming = clientStreaming, ServerStreaming = serverStreaming,
                        },
                    },
                },
            },
        };
        return FileDescriptor.BuildFromByteStrings([file.ToByteString()], [PolicyExtensions.Policy])[0].Services[0];
    }
}
