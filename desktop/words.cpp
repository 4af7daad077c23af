#include "words.h"

#include <glib.h>

#include <string_view>

namespace agt::desktop {
namespace {

constexpr Words english{
    .open = "Open",
    .start = "Start the proxy",
    .stop = "Stop the proxy",
    .copy_address = "Copy base URL",
    .settings = "Settings",
    .autostart = "Start with the system",
    .in_browser = "Open in browser",
    .quit = "Quit",
    .running = "Running · {address} · {ready}/{all} accounts ready",
    .stopped = "Proxy stopped",
    .no_gateway = "The gateway is not running",
    .starting = "Starting the gateway…",
    .cannot_start = "The gateway could not be started: {why}",
    .close_title = "Keep running in the background?",
    .close_text =
        "This desktop has no tray. Clients are served as long as the program runs; to see the window again, "
        "start Antigravity Tools from the menu.",
    .keep_running = "Keep running",
    .notify = "Notify me",
    .account_needs_you = "An account needs you",
    .none_ready = "No account is ready",
    .first_back = "The first is back at {time}.",
    .none_back = "None comes back by itself.",
    .ready_again = "An account is ready again",
    .gateway_ended = "The gateway has ended",
    .gateway_ended_text = "Clients get no answer until it runs again.",
};

constexpr Words russian{
    .open = "Открыть",
    .start = "Запустить прокси",
    .stop = "Остановить прокси",
    .copy_address = "Скопировать базовый URL",
    .settings = "Настройки",
    .autostart = "Запускать вместе с системой",
    .in_browser = "Открыть в браузере",
    .quit = "Выйти",
    .running = "Работает · {address} · готово аккаунтов: {ready} из {all}",
    .stopped = "Прокси остановлен",
    .no_gateway = "Шлюз не запущен",
    .starting = "Шлюз запускается…",
    .cannot_start = "Не удалось запустить шлюз: {why}",
    .close_title = "Оставить работать в фоне?",
    .close_text =
        "На этом рабочем столе нет области уведомлений. Клиенты обслуживаются, пока программа работает; чтобы "
        "снова увидеть окно, запустите Antigravity Tools из меню.",
    .keep_running = "Оставить работать",
    .notify = "Уведомлять",
    .account_needs_you = "Аккаунту нужны вы",
    .none_ready = "Нет готовых аккаунтов",
    .first_back = "Первый вернётся в {time}.",
    .none_back = "Сам не вернётся ни один.",
    .ready_again = "Аккаунт снова готов",
    .gateway_ended = "Шлюз завершился",
    .gateway_ended_text = "Клиенты не получат ответа, пока он снова не запущен.",
};

constexpr Words chinese{
    .open = "打开",
    .start = "启动代理",
    .stop = "停止代理",
    .copy_address = "复制 Base URL",
    .settings = "设置",
    .autostart = "随系统启动",
    .in_browser = "在浏览器中打开",
    .quit = "退出",
    .running = "运行中 · {address} · {ready}/{all} 个账号可用",
    .stopped = "代理已停止",
    .no_gateway = "网关未运行",
    .starting = "正在启动网关…",
    .cannot_start = "无法启动网关:{why}",
    .close_title = "在后台继续运行?",
    .close_text = "此桌面没有系统托盘。程序运行期间会继续为客户端服务;要再次显示窗口,请从菜单启动 Antigravity Tools。",
    .keep_running = "继续运行",
    .notify = "通知我",
    .account_needs_you = "账号需要您处理",
    .none_ready = "没有可用账号",
    .first_back = "最早 {time} 恢复。",
    .none_back = "没有账号会自行恢复。",
    .ready_again = "账号已恢复可用",
    .gateway_ended = "网关已退出",
    .gateway_ended_text = "在其重新运行之前,客户端不会得到应答。",
};

}  // namespace

const Words& words() {
  for (const auto* const* name = g_get_language_names(); *name != nullptr; ++name) {
    const std::string_view language(*name);
    if (language.starts_with("ru")) return russian;
    if (language.starts_with("zh")) return chinese;
    if (language.starts_with("en")) return english;
  }
  return english;
}

std::string filled(std::string text, const std::string& name, const std::string& value) {
  const auto mark = "{" + name + "}";
  if (const auto at = text.find(mark); at != std::string::npos) text.replace(at, mark.size(), value);
  return text;
}

}  // namespace agt::desktop
