using System.Text.Json;
using Doseline.Local.Day.Files;
using Doseline.Local.Simulation;
using Doseline.Platform.Hosting;
using Doseline.Platform.Rpc;
using Google.Protobuf;
using Grpc.Core;
using YamlDotNet.Core;

namespace Doseline.Local.Cli;

/// <summary>What only the commands can go wrong with, said as <see cref="Fault"/> says the rest.</summary>
static class CommandFaults
{
    public static Fault? Of(Exception thrown) => thrown switch
    {
        DayFilesException bad => new([.. bad.Problems.Select(p => p.ToString()), "Nothing was loaded."], Fault.NotUsable),
        RpcException { StatusCode: StatusCode.Unavailable, Status.DebugException: { } cause } => new([$"Nobody answers: {cause.Message}"], Fault.NotUsable),
        // The files, or a person, asked for something that a service refuses: all of what it said.
        RpcException refused => new([refused.Status.Detail, .. RpcErrors.Read(refused).Select(r => $"{r.Code} {r.Subject}: {r.Message}")], Fault.NotHeld),
        SignInException outside => new([outside.Message], Fault.NotHeld),
        YamlException yaml => new([$"Line {yaml.Start.Line} is not YAML: {yaml.Message}"], Fault.NotUsable),
        JsonException unread => new([$"What should be JSON does not read: {unread.Message}"], Fault.NotUsable),
        InvalidProtocolBufferException or InvalidJsonException => new([thrown.Message], Fault.NotUsable),
        _ => null,
    };
}
